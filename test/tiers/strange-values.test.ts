import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { RecordNames } from '../../src/tiers/records/record-names.ts'
import { startMemcached } from '../support/memcached.ts'
import { startRedis } from '../support/redis.ts'
import { type OpenTier, openMemcached, openRedis, stored } from './tier-fixtures.ts'

const names = new RecordNames('breakwater')
const leaseName = (key: string): string => names.lease(names.base(key))

/** Says something to a memcached as anybody can, and waits for its first answer. */
async function sayTo(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return String(answer)
}

async function assertIsLeased({ tier }: OpenTier, key: string): Promise<void> {
  assert.equal((await tier.lease(key, 2_000)).kind, 'won')
  // And from now on it is one like any other.
  assert.equal((await tier.lease(key, 2_000)).kind, 'held')
}

describe('what stands under the name of a lease and is none', () => {
  it('holds nobody up, of whatever type it is in Redis', async () => {
    const server = await startRedis()
    const redis = new Redis(server.url)
    const opened = await openRedis(server.url)
    await redis.rpush(leaseName('/list'), 'x')
    await redis.set(leaseName('/endless'), 'x')
    await redis.hset(leaseName('/for a day'), 'x', 'y')
    await redis.expire(leaseName('/for a day'), 86_400)
    for (const key of ['/list', '/endless', '/for a day']) await assertIsLeased(opened, key)
    await opened.tier.close()
    redis.disconnect()
    await server.kill()
  })

  it('holds nobody up in memcached', async () => {
    const server = await startMemcached()
    const opened = await openMemcached([`127.0.0.1:${server.port}`])
    for (const [key, seconds] of [
      ['/endless', 0],
      ['/for-a-day', 86_400],
    ] as const) {
      assert.equal(await sayTo(server.port, `set ${leaseName(key)} 0 ${seconds} 1\r\nx\r\n`), 'STORED\r\n')
      await assertIsLeased(opened, key)
    }
    await opened.tier.close()
    await server.kill()
  })
})

describe('a value in memcached that is larger than any of ours', () => {
  it('is a miss, and its server is used on', async () => {
    const server = await startMemcached({ arguments: ['-I', '8m'] })
    const opened = await openMemcached([`127.0.0.1:${server.port}`])
    const [other, size] = ['/other', 3_000_000]
    opened.tier.put(other, stored('of the other'), 60)
    await opened.tier.settled()
    await sayTo(server.port, `set ${names.base('/large')} 0 0 ${size}\r\n${'x'.repeat(size)}\r\n`)
    const found = await Promise.all(['/large', other].map((key) => opened.tier.find(key, [])))
    assert.deepEqual(
      found.map((one) => one?.body.toString()),
      [undefined, 'of the other'],
    )
    assert.equal(opened.tier.state, 'up')
    await opened.tier.close()
    await server.kill()
  })
})

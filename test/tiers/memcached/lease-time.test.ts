import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../../src/clock.ts'
import { MemcachedStore } from '../../../src/tiers/memcached/memcached-store.ts'
import { ScriptedStore } from '../scripted-store.ts'

const claim = { name: 'lease', token: 'token', forMs: 1_500 }
/** With it a value of T seconds may be gone after hardly more than T - 2: one tick is to come, and one was missed. */
const tickAndMissedTickSeconds = 2

describe('a lease in memcached, whose clock is set once a second, or late', () => {
  let server: ScriptedStore
  let store: MemcachedStore
  const label = () => `127.0.0.1:${server.port}`
  const seconds: number[] = []

  before(async () => {
    server = await ScriptedStore.start('memcached', (words) => {
      const given = words.find((word) => /^T\d+$/.test(word))
      if (given !== undefined) seconds.push(Number(given.slice(1)))
      const opaque = words.find((word) => word.startsWith('O'))
      return words.includes('v') ? `VA 5 ${opaque}\r\ntoken\r\n` : `HD ${opaque}\r\n`
    })
    const limits = { connectTimeoutMs: 1_000, silenceMs: 5_000, valueBytesMax: 1_000, commandsMax: 10, bytesMax: 1_000 }
    const servers = [{ address: { host: '127.0.0.1', port: server.port }, weight: 1 }]
    store = new MemcachedStore({ ...limits, servers, whenDown: 'skip' }, systemClock())
  })
  after(async () => {
    await store.close()
    await server.stop()
  })

  it('stands for its time all the same, from its claim and from each renewal', async () => {
    assert.equal(await store.claim(label(), claim), true)
    await store.renew(label(), claim)
    assert.equal(seconds.length, 2)
    for (const given of seconds) assert.ok((given - tickAndMissedTickSeconds) * 1_000 >= claim.forMs, `${given}`)
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { systemClock } from '../../../src/clock.ts'
import type { Invalidation } from '../../../src/tiers/invalidation.ts'
import { appended, decodeLog, encodeLog, lastNumber, newLog } from '../../../src/tiers/invalidation-log/log-value.ts'
import type { MemcachedLog } from '../../../src/tiers/invalidation-log/memcached-log.ts'
import { openMemcachedLog } from '../../../src/tiers/open-tier.ts'
import { fetchRaw } from '../../support/http-client.ts'
import { startMemcached } from '../../support/memcached.ts'
import type { Server } from '../../support/redis.ts'

const tag = (value: string, soft = false): Invalidation => ({ scope: 'tag', value, soft })
const said = (invalidation: Invalidation, token = 't') => ({ invalidation, token })

describe('the log of invalidations as one value', () => {
  it('says once what is repeated, at its last place; a soft purge does not take a hard one back', () => {
    const log = appended(newLog(), [said(tag('a')), said(tag('b')), said(tag('a', true)), said(tag('a'))])
    assert.deepEqual(
      log.entries.map(({ number, invalidation: { value, soft } }) => [number, value, soft]),
      [...[[2, 'b', false]], [3, 'a', true], [4, 'a', false]],
    )
  })

  it('drops the oldest where it becomes too long, by entries or by bytes, and says up to where', () => {
    const many = Array.from({ length: 2_500 }, (_, i) => said(tag(`t${i}`)))
    const log = appended(newLog(), many)
    assert.deepEqual([log.horizon, log.entries.length, lastNumber(log)], [500, 2_000, 2_500])
    const long = appended(log, [said({ scope: 'pattern', value: 'x'.repeat(200_000), soft: false })])
    assert.ok(encodeLog(long).length < 400_000)
    assert.equal(lastNumber(long), 2_501)
    assert.equal(long.entries[0]?.number, long.horizon + 1)
  })

  it('is read as it was written, and what is no log is none', () => {
    const log = appended(newLog(), [said(tag('ä " \n')), said({ scope: 'everything', value: '', soft: true }, 'u')])
    assert.deepEqual(decodeLog(encodeLog(log)), log)
    for (const text of ['', '{}', '[2,"e",0,[]]', '[1,"e",-1,[]]', '[1,"e",0,[[2],[1]]]', '[1,"e",0,[[1,7]]]']) {
      assert.equal(decodeLog(Buffer.from(text)), undefined, text)
    }
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeLog(Buffer.from(bytes))))
  })
})

describe('boxes that follow one log in memcached', () => {
  const clock = systemClock()
  let memcached: Server
  before(async () => {
    memcached = await startMemcached()
  })
  after(() => memcached.kill())

  interface Box {
    readonly log: MemcachedLog
    readonly heard: string[]
    readonly gaps: () => number
  }

  async function openBox(t: TestContext, prefix: string): Promise<Box> {
    const heard: string[] = []
    let gaps = 0
    const log = openMemcachedLog(
      { servers: [`127.0.0.1:${memcached.port}`], prefix },
      {
        clock,
        compile: () => undefined,
        onInvalidation: ({ value }, own) => heard.push(own ? `own ${value}` : value),
        onGap: () => gaps++,
        onState: () => {},
      },
    )
    t.after(() => log.close())
    assert.ok(await log.caughtUp(5_000))
    return { log, heard, gaps: () => gaps }
  }

  const page = { key: 'http:6:h.test:/', tags: ['a'] }
  const now = () => clock.now()

  it('know of everything that one of them says, each in the same order, however many speak at once', async (t) => {
    const boxes = await Promise.all(['b', 'b', 'b'].map((prefix) => openBox(t, prefix)))
    await Promise.all(
      boxes.flatMap(({ log }, number) =>
        Array.from({ length: 30 }, async (_, i) => {
          const position = await log.say([tag(`${number}-${i}`)])
          assert.ok(position)
        }),
      ),
    )
    for (const { log } of boxes) assert.ok(await log.caughtUp(5_000))
    const [first = [], ...others] = boxes.map(({ heard }) => heard.map((value) => value.replace('own ', '')))
    assert.equal(new Set(first).size, 90)
    for (const other of others) assert.deepEqual(other, first)
    assert.equal(boxes[0]?.heard.filter((value) => value.startsWith('own ')).length, 30)
  })

  it('judge by it what was stored before, also where they came later; not what was stored after', async (t) => {
    const one = await openBox(t, 'c')
    const old = one.log.positionAt(now())
    await one.log.say([tag('a')])
    const later = await openBox(t, 'c')
    for (const { log } of [one, later]) {
      assert.equal(log.verdict(page, old), 'purged')
      assert.equal(log.verdict({ ...page, tags: ['b'] }, old), 'valid')
      assert.equal(log.verdict(page, log.positionAt(now())), 'valid')
    }
    assert.deepEqual([later.heard, later.gaps()], [[], 0])
  })

  it('trust nothing that was stored before the log was lost, and expire what they have', async (t) => {
    const box = await openBox(t, 'd')
    const old = box.log.positionAt(now())
    assert.equal(box.log.verdict(page, old), 'valid')
    await fetchRaw(memcached.port, 'flush_all\r\nquit\r\n').catch(() => {})
    assert.ok(await box.log.caughtUp(5_000))
    assert.equal(box.log.verdict(page, old), 'purged')
    assert.equal(box.gaps(), 1)
    assert.equal(box.log.verdict(page, box.log.positionAt(now())), 'valid')
  })

  it('keep what they said while memcached was away, and say it when it is back', async (t) => {
    const box = await openBox(t, 'e')
    const old = box.log.positionAt(now())
    await memcached.kill()
    assert.equal(await box.log.caughtUp(1_000), false)
    const position = await box.log.say([tag('a')])
    assert.equal(position, undefined)
    assert.equal(box.log.verdict(page, old), 'purged')
    memcached = await startMemcached({ port: memcached.port })
    const other = await openBox(t, 'e')
    while (box.log.counts().unsent > 0) assert.ok(await box.log.caughtUp(5_000))
    assert.ok(await other.log.caughtUp(5_000))
    assert.ok(other.heard.includes('a') || other.log.counts().position.endsWith('1'))
  })
})

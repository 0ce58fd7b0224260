import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { CacheSettings } from '../../src/config/config.ts'
import { firstValue } from '../../src/http/fields.ts'
import { createPlanner } from '../../src/policy/planner.ts'
import { type AnswerFromMemory, createMemoryAnswers, type MemoryRequest } from '../../src/proxy/answer-from-memory.ts'
import { RememberedHits } from '../../src/proxy/remembered-hits.ts'
import { RememberedPlans } from '../../src/proxy/remembered-plans.ts'
import { PreparedResponse } from '../../src/respond/prepared-response.ts'
import { Responder } from '../../src/respond/responder.ts'
import type { Variants } from '../../src/tiers/memory/memory-tier.ts'
import { startOneLane } from '../listener/two-lanes.ts'
import { openConnection } from '../support/http-client.ts'
import { FRESH, primed } from './support/primed-core.ts'
import { BARE_SETTINGS, ScriptedCore } from './support/scripted-core.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of the heap that are still held after `act`. */
function heldAfter(act: () => void): number {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  act()
  collectGarbage()
  return process.memoryUsage().heapUsed - before
}

function hit(found: ReturnType<AnswerFromMemory>): PreparedResponse {
  assert.ok(found instanceof PreparedResponse)
  return found
}

describe('a remembered hit', () => {
  it('of a request without a field is none of one whose field says "-"', async (t) => {
    const core = new ScriptedCore()
    core.answer = (asked) =>
      asked.respond(200, ['Cache-Control', 'max-age=60', 'Vary', 'Cookie'], `for ${asked.field('cookie') ?? 'nobody'}`)
    const lane = await startOneLane('plain', core)
    t.after(() => lane.stop())
    const connection = await openConnection(lane.port)
    t.after(() => connection.close())
    const ask = async (cookie: string): Promise<string> => {
      connection.write(`GET / HTTP/1.1\r\nHost: h.test\r\n${cookie}\r\n`)
      return (await connection.readResponse('GET')).text
    }
    for (let i = 0; i < 10; i++) {
      assert.equal(await ask(''), 'for nobody')
      assert.equal(await ask('Cookie: -\r\n'), 'for -')
    }
  })

  it('is one of a key that is asked for often, in this second or the one before', async () => {
    const core = await primed(FRESH)
    const answer = createMemoryAnswers(core.core)
    /** How many of so many requests one after the other have another answer than the one before; after these, none has. */
    const repeats = (times: number): string => {
      const answers = Array.from({ length: times }, () => answer(asked))
      const kinds = answers.map((one, i) => (i > 0 && one === answers[i - 1] ? 'same' : 'new'))
      const firstSame = kinds.indexOf('same')
      assert.ok(firstSame === -1 || kinds.slice(firstSame).every((kind) => kind === 'same'))
      return `${firstSame === -1 ? times : firstSame} of ${times} new`
    }
    // The first was unpacked for that moment only.
    assert.equal(repeats(11), '9 of 11 new')
    core.clock.advance(1_000)
    assert.equal(repeats(3), '1 of 3 new')
    core.clock.advance(1_000)
    assert.equal(repeats(9), '8 of 9 new')
    core.clock.advance(2_000)
    assert.equal(repeats(2), '2 of 2 new')
  })

  it('is no answer of another configuration that has the same memory', async () => {
    const core = await primed(FRESH)
    const one = createMemoryAnswers(core.core)
    const other = createMemoryAnswers({ ...core.core, responder: new Responder(core.clock, { ...otherName }) })
    for (let i = 0; i < 12; i++) {
      assert.equal(firstValue(hit(one(asked)).response.fields, 'via'), '1.1 breakwater')
      assert.equal(firstValue(hit(other(asked)).response.fields, 'via'), '1.1 other')
    }
  })

  it('goes when there are too many that were of use later', async () => {
    const core = await primed(FRESH)
    const prepared = hit(createMemoryAnswers(core.core)(asked))
    const plan = core.core.plan.forLine(asked).of(() => undefined)
    const [stored] = core.memory.peek(plan.key)!
    const hits = new RememberedHits(1_000_000)
    const keys = Array.from({ length: 1_000 }, () => [stored!])
    const isKnown = (variants: Variants) => hits.of(variants)?.get('GET') !== undefined
    for (const variants of keys) {
      const known = hits.begin(variants)
      for (let request = 1; request <= 8; request++) {
        if (!isKnown(variants))
          hits.remember(known, 'GET', { plan, stored: stored!, ageSeconds: 0, prepared }, core.clock.now())
      }
      assert.ok(isKnown(keys[0]!), 'the first is of use all the time')
    }
    const known = keys.filter(isKnown)
    assert.ok(known.length > 200 && known.length < 500, `${known.length} are remembered`)
    assert.deepEqual(known.slice(1), keys.slice(1 - known.length))
  })
})

const asked: MemoryRequest = {
  method: 'GET',
  scheme: 'http',
  authority: 'h.test',
  target: '/',
  decisive: [],
  takesShortWay: true,
  knows: () => true,
  field: () => undefined,
}
const BY_COOKIE: CacheSettings = { ...BARE_SETTINGS, key: { ...BARE_SETTINGS.key, cookies: ['lang'] } }
const otherName = { viaName: 'other', cacheStatus: undefined }

describe('remembered plans', () => {
  it('are those of lines that memory keeps unpacked, and of those that are known to be uncacheable', async (t) => {
    const core = new ScriptedCore()
    core.answer = ({ request, respond }) =>
      respond(200, ['Cache-Control', request.target === '/live' ? 'no-store' : 'max-age=60'], request.target)
    const lane = await startOneLane('plain', core)
    t.after(() => lane.stop())
    const connection = await openConnection(lane.port)
    t.after(() => connection.close())
    const isRemembered = (target: string) => core.core.plans.get({ ...line, authority: 'h.test', target }) !== undefined
    for (const [target, timesMin] of [
      ['/page', 3],
      ['/live', 2],
    ] as const) {
      for (const times of [1, 2, 3]) {
        connection.write(`GET ${target} HTTP/1.1\r\nHost: h.test\r\n\r\n`)
        assert.equal((await connection.readResponse('GET')).text, target)
        assert.equal(isRemembered(target), times >= timesMin)
      }
    }
  })

  const line = { method: 'GET', scheme: 'http', target: '/' } as const
  const longTarget = `/${'a'.repeat(8_000)}`

  it('keep nothing of hosts that were only asked for', () => {
    const plans = new RememberedPlans(16)
    const held = heldAfter(() => {
      for (let i = 0; i < 100_000; i++) plans.get({ ...line, authority: `host-${i}.test` })
    })
    assert.equal(plans.get({ ...line, authority: 'host-1.test' }), undefined)
    assert.ok(held < 4_000_000, `${held} bytes are held`)
  })

  it('are fewer of lines that may have several', () => {
    const remembered = (defaults: CacheSettings) => {
      const planner = createPlanner({ defaults, rules: [] })
      const plans = new RememberedPlans(40_000)
      const lines = Array.from({ length: 20_000 }, (_, i) => ({ ...line, authority: 'a.test', target: `/${i}` }))
      for (const one of lines) plans.set(one, planner.forLine(one))
      return lines.filter((one) => plans.get(one) !== undefined).length
    }
    assert.equal(remembered(BARE_SETTINGS), 20_000)
    assert.ok(remembered(BY_COOKIE) <= 16_384)
  })

  it('do not grow with the length of what clients make up', () => {
    const planner = createPlanner({ defaults: BY_COOKIE, rules: [] })
    const plans = new RememberedPlans(2_000)
    const held = heldAfter(() => {
      for (let i = 0; i < 1_000; i++) {
        const long = { ...line, authority: 'a.test', target: `${longTarget}${i}` }
        plans.set(long, planner.forLine(long))
        const short = { ...line, authority: 'a.test', target: `/${i}` }
        const plan = planner.forLine(short)
        plans.set(short, plan)
        // The key is part of what is held.
        for (let j = 0; j < 16; j++) assert.notEqual(plan.of(() => `lang=${'x'.repeat(8_000)}${j}`).key, '')
      }
    })
    assert.notEqual(plans.get({ ...line, authority: 'a.test', target: '/999' }), undefined)
    assert.ok(held < 8_000_000, `${held} bytes are held`)
  })
})

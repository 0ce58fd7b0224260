import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LoadGate, type OriginLoad } from '../../src/warm/load-gate.ts'
import { warmRequests } from '../../src/warm/requests.ts'
import { AskFailed, type WarmAnswer } from '../../src/warm/site-client.ts'
import { verdictOf } from '../../src/warm/verdict.ts'
import { type WarmParts, type WarmReport, warm } from '../../src/warm/warm.ts'

const well: OriginLoad = { condition: 'up', active: 0, waiting: 0, limit: 10 }
const stored = { status: 200, cacheStatus: 'breakwater; fwd=uri-miss; fwd-status=200; stored; ttl=60' }

interface World {
  readonly asked: string[]
  readonly waits: number[]
  readonly pauses: string[]
  answer(url: string): Omit<WarmAnswer, 'body'> | Error
  origins(): OriginLoad[]
}

function world(changes: Partial<World> = {}): World {
  const usual = { answer: () => ({ ...stored, ms: 10 }), origins: () => [well] }
  return { asked: [], waits: [], pauses: [], ...usual, ...changes }
}

/** Time passes by waiting only. */
function run(pages: readonly string[], of: World, signal = new AbortController().signal): Promise<WarmReport> {
  let nowMs = 0
  const parts: WarmParts = {
    async ask({ url }) {
      of.asked.push(url)
      const answer = of.answer(url)
      if (answer instanceof Error) throw answer
      return { ...answer, body: Buffer.alloc(0) }
    },
    origins: async () => of.origins(),
    async wait(ms) {
      of.waits.push(ms)
      nowMs += ms
    },
    now: () => nowMs,
    onProgress: ({ paused }) => void (paused !== undefined && of.pauses.push(paused)),
  }
  return warm(warmRequests(pages, {}), parts, { concurrency: 1, pausedMsMax: 120_000, signal })
}

const pages = Array.from({ length: 6 }, (_, i) => `http://a.test/${i}`)

describe('warming', () => {
  it('asks for every page once and says what came of it', async () => {
    const answers = [
      { ...stored, ms: 10 },
      { status: 200, cacheStatus: 'breakwater; hit; ttl=30', ms: 1 },
      { status: 200, cacheStatus: 'breakwater; fwd=uri-miss; fwd-status=200; detail=private', ms: 10 },
      { status: 500, cacheStatus: undefined, ms: 10 },
      new AskFailed('socket hang up'),
      { status: 200, cacheStatus: 'breakwater; hit; ttl=0; detail=refreshing', ms: 1 },
    ]
    const of = world({ answer: (url) => answers[Number(url.at(-1))]! })
    const report = await run([...pages, ...pages], of)
    assert.deepEqual(of.asked, pages)
    const { warmed, fresh, uncacheable, failures, failed, left } = report
    assert.deepEqual(
      { warmed, fresh, uncacheable, failures, left },
      { warmed: 2, fresh: 1, uncacheable: { private: 1 }, failures: 2, left: 0 },
    )
    assert.deepEqual(failed, [
      { url: pages[3], why: 'status 500' },
      { url: pages[4], why: 'socket hang up' },
    ])
  })

  it('rests after an answer of the origin for as long as that took, and not after one from memory', async () => {
    const of = world({
      answer: (url) =>
        url.endsWith('0') ? { ...stored, ms: 70 } : { status: 200, cacheStatus: 'b; hit; ttl=9', ms: 50 },
    })
    await run(pages, of)
    assert.deepEqual(of.waits, [70])
  })

  it('asks for nothing while visitors wait for the origin, and goes on afterwards', async () => {
    let looks = 0
    const of = world({
      origins() {
        if (++looks <= 3) assert.deepEqual(of.asked, [])
        return [{ ...well, waiting: looks <= 3 ? 5 : 0 }]
      },
    })
    assert.equal((await run(pages, of)).warmed, 6)
    assert.equal(of.pauses[0], 'requests wait for the origin')
  })

  it('gives up when the origin stays busy, and says how many are left', async () => {
    const of = world({ origins: () => [{ ...well, condition: 'held-down' }] })
    const report = await run(pages, of)
    assert.deepEqual([of.asked.length, report.left, report.stopped], [0, 6, 'no origin is well'])
  })

  it('asks an origin that fails less and less, and gives up', async () => {
    const of = world({ answer: () => ({ status: 503, cacheStatus: undefined, ms: 0 }) })
    const report = await run(
      Array.from({ length: 500 }, (_, i) => `http://a.test/${i}`),
      of,
    )
    assert.ok(of.asked.length < 20, `${of.asked.length} asked for`)
    assert.equal(report.stopped, 'the origin fails')
  })

  it('stops at once when it is told to', async () => {
    const aborting = new AbortController()
    const of = world({
      answer() {
        if (of.asked.length === 2) aborting.abort()
        return { ...stored, ms: 0 }
      },
    })
    const report = await run(pages, of, aborting.signal)
    assert.deepEqual([of.asked.length, report.left, report.stopped], [2, 4, 'interrupted'])
  })
})

describe('the gate of the warmer', () => {
  it('closes when answers become four times as slow as at their best', () => {
    const gate = new LoadGate()
    for (let i = 0; i < 10; i++) gate.answered({ failed: false, asked: true, ms: 100 }, 0)
    assert.equal(gate.closed(0, [well]), undefined)
    for (let i = 0; i < 10; i++) gate.answered({ failed: false, asked: true, ms: 1_000 }, 0)
    assert.equal(gate.closed(0, [well])?.why, 'the origin has become slow')
    assert.equal(gate.closed(2_000, [well]), undefined)
  })

  it('closes when more than half of what an origin may have is under way', () => {
    assert.equal(new LoadGate().closed(0, [{ ...well, active: 6 }])?.why, 'the origin is busy')
  })
})

describe('what came of a request', () => {
  it('is what the nearest cache says', () => {
    const cacheStatus = 'cdn; hit; ttl=5, breakwater; fwd=bypass; fwd-status=200; rule="wordpress programs"'
    assert.deepEqual(verdictOf({ status: 200, cacheStatus }), { kind: 'uncacheable', why: 'wordpress programs' })
  })
})

describe('what is asked for', () => {
  it('is every page in every combination of the variants', () => {
    const requests = warmRequests(['http://a.test/x#part', 'no url'], { 'Accept-Language': ['de', 'en'], X: ['1'] })
    assert.deepEqual(requests, [
      { url: 'http://a.test/x', fields: ['Accept-Language', 'de', 'X', '1'] },
      { url: 'http://a.test/x', fields: ['Accept-Language', 'en', 'X', '1'] },
    ])
  })
})

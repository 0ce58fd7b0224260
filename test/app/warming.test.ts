import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Occasion, RunParts } from '../../src/app/warm-run.ts'
import { Warming } from '../../src/app/warming.ts'
import type { WarmConfig } from '../../src/config/config.ts'
import { OneThread } from '../../src/control/answer-call.ts'
import { HeldClock } from '../support/held-clock.ts'

const off: WarmConfig = { sitemaps: [], list: undefined, popular: 0, after: ['start', 'purge'], concurrency: 2 }
const both: WarmConfig = { ...off, sitemaps: ['http://a.test/sitemap.xml'], popular: 10 }

interface Run {
  readonly occasion: Occasion
  readonly parts: RunParts
  end(): Promise<void>
}

/** Runs that last until they are ended, or told to stop. */
function setUp(settings: WarmConfig) {
  const clock = new HeldClock()
  const runs: Run[] = []
  const threads = new OneThread(() => assert.fail('no thread is asked'), clock)
  const nothing = () => {}
  const run = (occasion: Occasion, parts: RunParts) => {
    const ended = Promise.withResolvers<undefined>()
    parts.signal.addEventListener('abort', () => ended.resolve(undefined))
    const end = async () => {
      ended.resolve(undefined)
      await settled()
    }
    runs.push({ occasion, parts, end })
    return ended.promise
  }
  const log = { info: nothing, warn: nothing, error: nothing }
  const warming = new Warming({ threads, clock, log, run }, settings, 'http://0.0.0.0:8080')
  return { clock, runs, warming, occasions: () => runs.map(({ occasion }) => occasion) }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('warming by itself', () => {
  it('does nothing unless it is said what to warm, and when', () => {
    for (const settings of [off, { ...both, after: [] }]) {
      const { warming, clock, runs } = setUp(settings)
      warming.started()
      warming.invalidated()
      clock.advance(60_000)
      assert.deepEqual([runs.length, clock.pendingTimers], [0, 0])
    }
  })

  it('goes through an address that can be connected to', () => {
    const { warming, runs } = setUp(both)
    warming.started()
    assert.equal(runs[0]!.parts.address, 'http://127.0.0.1:8080')
  })

  it('follows a burst of purges with one run, a second after the last', () => {
    const { warming, clock, occasions } = setUp(both)
    for (let i = 0; i < 5; i++) {
      warming.invalidated()
      clock.advance(900)
    }
    assert.deepEqual(occasions(), [])
    clock.advance(100)
    assert.deepEqual(occasions(), ['purge'])
  })

  it('does not wait for ever for the end of a burst', () => {
    const { warming, clock, occasions } = setUp(both)
    for (let ms = 0; ms <= 30_000; ms += 500) {
      warming.invalidated()
      clock.advance(500)
    }
    assert.deepEqual(occasions(), ['purge'])
  })

  it('does one run at a time, and follows what was purged meanwhile once', async () => {
    const { warming, clock, runs, occasions } = setUp(both)
    warming.started()
    for (let i = 0; i < 3; i++) {
      warming.invalidated()
      clock.advance(1_000)
    }
    assert.deepEqual(occasions(), ['start'])
    await runs[0]!.end()
    assert.deepEqual(occasions(), ['start', 'purge'])
    await runs[1]!.end()
    assert.deepEqual(occasions(), ['start', 'purge'])
    warming.invalidated()
    clock.advance(1_000)
    assert.deepEqual(occasions(), ['start', 'purge', 'purge'])
  })

  it('ends what is under way when it is stopped, and begins nothing any more', async () => {
    const { warming, clock, runs, occasions } = setUp(both)
    warming.started()
    warming.invalidated()
    await warming.stop()
    warming.invalidated()
    warming.started()
    assert.ok(runs[0]!.parts.signal.aborted)
    assert.deepEqual([occasions(), clock.pendingTimers], [['start'], 0])
  })

  it('goes on undisturbed after a reload that changes nothing of it', () => {
    const { warming, runs } = setUp(both)
    warming.started()
    warming.adopt({ ...both }, 'http://0.0.0.0:8080')
    assert.equal(runs[0]!.parts.signal.aborted, false)
  })

  it('begins anew, by what is in force now, after a reload that changes it', async () => {
    const { warming, runs, occasions } = setUp(both)
    warming.started()
    warming.adopt({ ...both, concurrency: 5 }, 'http://127.0.0.1:8081')
    await settled()
    assert.deepEqual(occasions(), ['start', 'start'])
    assert.ok(runs[0]!.parts.signal.aborted)
    const { address, settings } = runs[1]!.parts
    assert.deepEqual([address, settings.concurrency], ['http://127.0.0.1:8081', 5])
    warming.adopt(off, 'http://127.0.0.1:8081')
    await settled()
    assert.deepEqual([runs[1]!.parts.signal.aborted, runs.length], [true, 2])
  })

  it('warms sitemaps that a reload brought', () => {
    const { warming, occasions } = setUp(off)
    warming.started()
    warming.adopt(both, 'http://0.0.0.0:8080')
    assert.deepEqual(occasions(), ['start'])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mergedLearned } from '../../src/advise/learned.ts'
import { Learner, type Totals } from '../../src/advise/learner.ts'
import { counted, liveFindings, loggedOf, predicted } from '../../src/advise/live.ts'
import { Simulation, type SimulationResult } from '../../src/advise/simulation.ts'
import { Surveyor } from '../../src/advise/survey.ts'
import type { LearnConfig } from '../../src/config/config.ts'
import type { ExchangeRecord } from '../../src/listener/exchange-record.ts'
import type { Decision } from '../../src/request/proxy-response.ts'
import { exchange } from '../log/exchange.ts'
import { cachingOf } from '../policy/support.ts'
import { HeldClock } from '../support/held-clock.ts'

const settings: LearnConfig = { enabled: true, sample: 1, memoryBytes: 1 << 20, salt: 'salt' }
const MISS: Decision = { outcome: 'miss', forward: 'uri-miss', stored: true, key: 'key' }
const UNSTORED: Decision = { outcome: 'miss', forward: 'uri-miss', stored: false, detail: 'set-cookie' }

class Learning {
  readonly clock = new HeldClock()
  totals: Totals = { requests: 0, hits: 0, originRequests: 0 }
  readonly learner = new Learner({
    clock: this.clock,
    totals: () => this.totals,
    lifetimeSeconds: (key) => (key === 'key' ? 60 : undefined),
  })

  constructor(own: Partial<LearnConfig> = {}) {
    this.learner.update({ ...settings, ...own })
  }

  exchanged(target: string, own: Partial<ExchangeRecord> = {}): void {
    const receivedMs = this.clock.now()
    this.learner.onExchange(exchange({ target, receivedMs, decision: MISS, bodyBytesSent: 1_000, ...own }))
  }

  get learned() {
    const learned = this.learner.learned()
    assert.ok(learned)
    return learned
  }
}

describe('what is learned from live traffic', () => {
  it('is nothing while it is off, and nothing is left when it was turned off', () => {
    const learning = new Learning()
    learning.exchanged('/')
    learning.learner.update({ ...settings, enabled: false })
    learning.exchanged('/')
    assert.equal(learning.learner.learned(), undefined)
    assert.equal(learning.clock.pendingTimers, 0)
    learning.learner.update(settings)
    assert.deepEqual(learning.learned.exchanges, [])
  })

  it('is every exchange that was no hit, with its real reason and lifetime', () => {
    const learning = new Learning()
    learning.exchanged('/a')
    learning.exchanged('/b', { decision: UNSTORED, complete: false })
    learning.exchanged('/c', { decision: { outcome: 'hit', key: 'key' } })
    learning.exchanged('/d', { decision: { outcome: 'error', detail: 'target-too-long' } })
    const seen = learning.learned.exchanges.map(({ target, bytes, reason, lifetimeSeconds }) => {
      return [target, bytes, reason, lifetimeSeconds]
    })
    assert.deepEqual(seen, [
      ['/a', 1_000, 'uri-miss', 60],
      ['/b', 0, 'set-cookie', undefined],
    ])
  })

  it('has no value of a parameter or a cookie in it, and no address', () => {
    // Longer than what a hash can be by chance, and than a name is.
    const value = fc.stringMatching(/^[0-9A-Za-z%+/]{9,60}$/).map((text) => `V${text}`)
    fc.assert(
      fc.property(value, value, value, (parameter, cookie, token) => {
        const learning = new Learning()
        learning.exchanged(`/?p=${parameter}&${token.padEnd(41, 'x')}&q=`, {
          fields: ['Cookie', `name=${cookie}; ${cookie}`, 'cookie', `other="${cookie}"; gone=deleted`],
          clientAddress: '198.51.100.77',
        })
        const text = JSON.stringify(learning.learned)
        for (const secret of [parameter, cookie, token, '198.51.100.77']) assert.ok(!text.includes(secret), text)
        assert.deepEqual(learning.learned.exchanges[0]?.cookies, ['name', 'other'])
      }),
    )
  })

  it('tells equal values from different ones, by a salt', () => {
    const targetOf = (target: string, salt: string): string | undefined => {
      const learning = new Learning({ salt })
      learning.exchanged(target)
      return learning.learned.exchanges[0]?.target
    }
    assert.equal(targetOf('/?a=1', 'one'), targetOf('/?a=1', 'one'))
    assert.notEqual(targetOf('/?a=1', 'one'), targetOf('/?a=2', 'one'))
    assert.notEqual(targetOf('/?a=1', 'one'), targetOf('/?a=1', 'other'))
  })

  it('never takes more than its memory: the oldest is forgotten, and since when is said', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3_000 }), { maxLength: 300, size: 'max' }), (lengths) => {
        const learning = new Learning({ memoryBytes: 20_000 })
        for (const length of lengths) {
          learning.clock.advance(1_000)
          learning.exchanged(`/${'a'.repeat(length)}`)
        }
        const { bytes, exchanges, sinceMs } = learning.learned
        const sum = exchanges.reduce((total, one) => total + one.target.length, 0)
        assert.ok(bytes <= 20_000 && sum <= bytes, `${bytes} ${sum}`)
        assert.ok(exchanges.every(({ timeMs }) => timeMs >= sinceMs))
        const fit = lengths.filter((length) => length < 2_048)
        assert.deepEqual(
          exchanges.map(({ target }) => target.length - 1),
          fit.slice(fit.length - exchanges.length),
        )
      }),
    )
  })

  it('is all of what happens to one page in so many', () => {
    const learning = new Learning({ sample: 10 })
    for (let page = 0; page < 1_000; page++) for (const query of ['', '?a=1']) learning.exchanged(`/${page}${query}`)
    const paths = learning.learned.exchanges.map(({ target }) => target.split('?')[0])
    assert.equal(paths.length, new Set(paths).size * 2)
    assert.ok(paths.length > 100 && paths.length < 400, String(paths.length))
  })

  it('is a count of all requests for each minute of a day', () => {
    const learning = new Learning()
    learning.totals = { requests: 10, hits: 6, originRequests: 4 }
    learning.clock.advance(60_000)
    learning.totals = { requests: 15, hits: 10, originRequests: 5 }
    assert.deepEqual(
      learning.learned.minutes.map(({ requests, hits, originRequests }) => [requests, hits, originRequests]),
      [
        [10, 6, 4],
        [5, 4, 1],
      ],
    )
    learning.totals = { requests: 17, hits: 12, originRequests: 5 }
    assert.deepEqual(learning.learned.minutes[1]?.requests, 7)
    assert.equal(counted(learning.learned).peakRequestsPerMinute, 10)
    learning.clock.advance(25 * 3_600_000)
    assert.deepEqual(learning.learned.minutes.slice(0, -1), [])
  })

  it('is put together from all threads, from when on all of them know everything', () => {
    const [one, other] = [new Learning(), new Learning()]
    one.exchanged('/early')
    one.totals = { requests: 1, hits: 0, originRequests: 1 }
    for (const thread of [one, other]) thread.clock.advance(120_000)
    other.learner.update({ ...settings, sample: 2 })
    other.learner.update(settings)
    one.clock.advance(1)
    one.exchanged('/two')
    other.exchanged('/one')
    other.totals = { requests: 2, hits: 1, originRequests: 1 }
    const all = mergedLearned([one.learned, other.learned])
    assert.deepEqual(
      all?.exchanges.map(({ target }) => target),
      ['/one', '/two'],
    )
    assert.deepEqual(
      all?.minutes.map(({ requests }) => requests),
      [2],
    )
    assert.equal(mergedLearned([]), undefined)
  })
})

describe('advice from live traffic', () => {
  it('finds the noise, names what is not stored, and predicts what can be computed by hand', () => {
    const learning = new Learning()
    // A page that everybody calls by another address: 100 misses beside 900 hits, all within its lifetime.
    learning.exchanged('/')
    for (let i = 1; i < 100; i++) {
      learning.clock.advance(100)
      learning.exchanged(`/?click=${i}`)
    }
    for (let i = 0; i < 50; i++) learning.exchanged('/cart', { decision: UNSTORED })
    for (let i = 0; i < 10; i++) {
      const decision: Decision = { outcome: 'miss', forward: 'uri-miss', stored: false, detail: 'consent' }
      learning.exchanged('/news', { decision, fields: ['Cookie', 'visitor=1'] })
    }
    learning.totals = { requests: 1_060, hits: 900, originRequests: 160 }
    const { learned } = learning
    const { unstored, cookies, reasons } = liveFindings(learned)
    assert.deepEqual(unstored, [
      { page: 'example.com/cart', requests: 50, reason: 'set-cookie' },
      { page: 'example.com/news', requests: 10, reason: 'consent' },
    ])
    assert.deepEqual(cookies, [['visitor', 10]])
    assert.deepEqual(reasons[0], ['uri-miss', 100])

    const surveyor = new Surveyor({ parameters: [], cookies: [] })
    for (const one of learned.exchanges) surveyor.add(loggedOf(one))
    const [click] = surveyor.survey().parameters
    assert.deepEqual([click?.name, click?.distinct, click?.sameSize, click?.compared], ['click', 99, 99, 99])

    const replay = (config: string): SimulationResult => {
      const caching = cachingOf(config)
      const simulation = new Simulation({ caching, memoryBytes: 1e9, objectBytesMax: 1e6, assumedSeconds: 60 })
      for (const one of learned.exchanges) simulation.add(loggedOf(one))
      return simulation.result()
    }
    const resultOf = (config: string): [number, number] => {
      const { hits, originRequests } = predicted(counted(learned), {
        before: replay(''),
        after: replay(config),
        sample: 1,
      })
      return [hits, originRequests]
    }
    assert.deepEqual(resultOf(''), [900, 160])
    assert.deepEqual(resultOf('key: { query: { ignore: click } }'), [999, 61])
    // What the origin does not say is not made up, unless the configuration does.
    assert.deepEqual(resultOf('cookies: { ignore: visitor }'), [900, 160])
    assert.deepEqual(resultOf('{ cookies: { ignore: visitor }, defaultFreshness: 1m }'), [909, 151])
    assert.deepEqual(resultOf('setCookie: strip'), [949, 111])
  })
})

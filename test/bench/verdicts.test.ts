import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  collapseIn,
  judgeBesides,
  judgeCeiling,
  judgeExpiry,
  judgeHerd,
  judgeLoggedIn,
  judgePurge,
  judgeSiteOutage,
  judgeTierOutage,
  judgeWave,
} from '../../src/bench/verdicts.ts'
import { secondPoint } from './sample-results.ts'

const served = { offered: 10_000, served: 10_000, p99Ms: 4, clientLimit: undefined }
const outcome = ({ outcome: found }: { readonly outcome: string }): string => found

describe('a collapse', () => {
  const bad = { failed: 20 }
  const seconds = (...states: readonly object[]) =>
    states.map((more, i) => secondPoint(i, { offered: 10 * (i + 1), ...more }))

  it('is three bad seconds in a row, and the first of them says at how many visitors', () => {
    assert.equal(collapseIn(seconds({}, {}, bad, bad, bad, {}))?.offered, 30)
    assert.equal(collapseIn(seconds(bad, bad, {}, bad, bad, {})), undefined)
  })

  it('is a tenth not served, or one in a hundred waiting two seconds', () => {
    assert.equal(collapseIn(seconds({}, ...Array(3).fill({ offered: 100, failed: 10 }))), undefined)
    assert.equal(collapseIn(seconds({}, ...Array(3).fill({ offered: 100, failed: 11 })))?.second, 1)
    assert.equal(collapseIn(seconds({}, ...Array(3).fill({ p99Ms: 2001 })))?.second, 1)
  })

  it('is none when nobody came', () => {
    assert.equal(collapseIn(seconds(...Array(4).fill({ offered: 0, p99Ms: 9000 }))), undefined)
  })
})

describe('the wave', () => {
  const facts = { ...served, collapsedAt: undefined, peakPerSecond: 5000, peakP99Ms: 4, sitePerSecond: 0.2 }

  it('is passed when all were served without waiting at the top', () => {
    assert.deepEqual(judgeWave(facts), {
      outcome: 'passed',
      sentence: 'Carried 5,000 visitors/s, p99 4 ms at the top; 100 % were served; the site saw 0.2 requests/s.',
    })
  })

  it('is failed by a collapse, by one in a thousand not served, by a second of waiting', () => {
    const collapsed = judgeWave({ ...facts, served: 2_000, collapsedAt: 41 })
    assert.deepEqual(collapsed, {
      outcome: 'failed',
      sentence: 'Collapsed at 41 visitors/s; 20 % of all visitors were served; the site saw 0.2 requests/s.',
    })
    assert.equal(outcome(judgeWave({ ...facts, served: 9_990 })), 'passed')
    assert.equal(outcome(judgeWave({ ...facts, served: 9_989 })), 'failed')
    assert.match(judgeWave({ ...facts, peakP99Ms: 1_000 }).sentence, /^Did not carry 5,000 visitors\/s/)
    assert.equal(outcome(judgeWave({ ...facts, peakP99Ms: 1_000 })), 'failed')
  })

  it('is unclear when it failed and the client was the limit, and still passed when it did not fail', () => {
    const clientLimit = 'its core was busy for 99 % of the time'
    const unclear = judgeWave({ ...facts, peakP99Ms: 1_000, clientLimit })
    assert.equal(unclear.outcome, 'unclear')
    assert.match(unclear.sentence, /But the client was the limit: its core was busy for 99 % of the time\.$/)
    assert.equal(outcome(judgeWave({ ...facts, clientLimit })), 'passed')
  })
})

describe('the other verdicts', () => {
  it('a herd: all get the page, and the site makes it once or for each of two codings', () => {
    const facts = { ...served, offered: 500, served: 500, siteRequests: 1, slowestMs: 400 }
    assert.equal(outcome(judgeHerd(facts)), 'passed')
    assert.equal(outcome(judgeHerd({ ...facts, served: 499 })), 'failed')
    assert.equal(outcome(judgeHerd({ ...facts, siteRequests: 3 })), 'failed')
    assert.equal(outcome(judgeHerd({ ...facts, slowestMs: 2_000 })), 'failed')
    assert.equal(outcome(judgeHerd({ ...facts, siteRequests: undefined })), 'passed')
  })

  it('expiry: the site is asked about once each time, and nobody waits', () => {
    const facts = { ...served, siteRequests: 8, expiries: 8, waited: 0 }
    assert.equal(outcome(judgeExpiry(facts)), 'passed')
    assert.equal(outcome(judgeExpiry({ ...facts, siteRequests: 19 })), 'failed')
    assert.equal(outcome(judgeExpiry({ ...facts, waited: 11 })), 'failed')
  })

  it('a purge: one page from before a comment is one too many', () => {
    const facts = { ...served, comments: 10, purges: 5, refusal: undefined, outdated: 0, siteRequests: 30 }
    assert.equal(outcome(judgePurge(facts)), 'passed')
    assert.equal(outcome(judgePurge({ ...facts, outdated: 1 })), 'failed')
    assert.equal(outcome(judgePurge({ ...facts, siteRequests: 43 })), 'failed')
    const refused = judgePurge({ ...facts, refusal: 'status 405' })
    assert.equal(refused.outcome, 'failed')
    assert.match(refused.sentence, /PURGE was answered with status 405/)
  })

  it('an outage: visitors are served meanwhile, and the site is asked again afterwards', () => {
    const facts = { ...served, offeredWhileDown: 1_000, servedWhileDown: 1_000, backAfterMs: 900 }
    assert.equal(outcome(judgeSiteOutage(facts)), 'passed')
    assert.equal(outcome(judgeSiteOutage({ ...facts, servedWhileDown: 998 })), 'failed')
    const forgotten = judgeSiteOutage({ ...facts, backAfterMs: undefined })
    assert.equal(forgotten.outcome, 'failed')
    assert.match(forgotten.sentence, /it was not asked again/)
    assert.equal(outcome(judgeTierOutage({ ...facts, p99WhileDownMs: 60 })), 'passed')
    assert.equal(outcome(judgeTierOutage({ ...facts, p99WhileDownMs: 1_000 })), 'failed')
  })

  it('something beside the visitors: they are served, quickly, and memory stays within its limit', () => {
    const facts = { ...served, besides: 'a crawler', memoryGrowthMiB: 20, memoryGrowthMaxMiB: 100 }
    assert.equal(outcome(judgeBesides(facts)), 'passed')
    assert.equal(outcome(judgeBesides({ ...facts, memoryGrowthMiB: 101 })), 'failed')
    assert.equal(outcome(judgeBesides({ ...facts, p99Ms: 1_000 })), 'failed')
    assert.equal(outcome(judgeBesides({ ...facts, memoryGrowthMiB: undefined })), 'passed')
  })

  it('logged in: a page in the wrong hands fails however slow the client was; without personal pages nothing was tested', () => {
    const facts = { ...served, strangers: 0, example: undefined, ownPages: 500, pages: 10_000 }
    assert.equal(outcome(judgeLoggedIn(facts)), 'passed')
    const leaked = judgeLoggedIn({ ...facts, strangers: 1, example: 'v1 saw v2 at /account', clientLimit: 'slow' })
    assert.deepEqual(leaked, { outcome: 'failed', sentence: 'One page was in the wrong hands: v1 saw v2 at /account.' })
    assert.equal(outcome(judgeLoggedIn({ ...facts, ownPages: 0 })), 'failed')
  })

  it('the ceiling: errors fail it, a client at its limit is named', () => {
    const facts = { generator: 'wrk', perSecond: 80_000.4, errors: 0, requests: 400_000, clientLimit: undefined }
    assert.deepEqual(judgeCeiling(facts), {
      outcome: 'passed',
      sentence: 'At most 80,000 requests/s (wrk, closed loop), 0 errors.',
    })
    assert.equal(outcome(judgeCeiling({ ...facts, errors: 401 })), 'failed')
    assert.match(
      judgeCeiling({ ...facts, clientLimit: 'wrk was busy' }).sentence,
      /The client was the limit: wrk was busy/,
    )
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareResults, readResults } from '../../src/bench/against.ts'
import { headline } from '../../src/bench/headline.ts'
import { hasFailed } from '../../src/bench/run-bench.ts'
import { notLocal } from '../../src/bench/settings.ts'
import { figure, sampleResults, sampleRun, sampleTargets } from './sample-results.ts'

const withFigure = (...figures: ReturnType<typeof figure>[]) => sampleResults([sampleRun('breakwater', { figures })])
const regressions = (now: ReturnType<typeof figure>, then: ReturnType<typeof figure>) =>
  compareResults(withFigure(now), withFigure(then)).regressions

describe('a comparison with an earlier run', () => {
  it('finds what is half as much worse again, and says by how much', () => {
    const [found] = regressions(figure('p99', 90), figure('p99', 30))
    assert.equal(found?.sentence, 'wave, breakwater: p99 90 ms, was 30 ms: 3.0 times worse')
    assert.equal(regressions(figure('p99', 44), figure('p99', 30)).length, 0)
    assert.equal(regressions(figure('p99', 10), figure('p99', 30)).length, 0)
  })

  it('knows of which figures more is better', () => {
    const rate = { unit: '/s', better: 'higher' } as const
    assert.equal(regressions(figure('at most', 50_000, rate), figure('at most', 80_000, rate)).length, 1)
    assert.equal(regressions(figure('at most', 80_000, rate), figure('at most', 50_000, rate)).length, 0)
    assert.equal(regressions(figure('at most', 0, rate), figure('at most', 5, rate)).length, 1)
  })

  it('makes nothing of what is within the noise', () => {
    assert.equal(regressions(figure('p99', 24, { noise: 25 }), figure('p99', 1, { noise: 25 })).length, 0)
    assert.equal(regressions(figure('p99', 30, { noise: 25 }), figure('p99', 1, { noise: 25 })).length, 0)
    assert.equal(regressions(figure('p99', 60, { noise: 25 }), figure('p99', 1, { noise: 25 })).length, 1)
  })

  it('finds a verdict that passed and fails now', () => {
    const failed = sampleRun('breakwater', { verdict: { outcome: 'failed', sentence: 'It broke.' } })
    const { regressions: found } = compareResults(sampleResults([failed]), sampleResults([sampleRun('breakwater')]))
    assert.equal(found[0]?.sentence, 'wave, breakwater: passed before, and fails now. It broke.')
  })

  it('judges Breakwater alone, and counts what both runs have', () => {
    const now = sampleResults([sampleRun('nginx', { figures: [figure('p99', 900)] }), sampleRun('breakwater')])
    const then = sampleResults([sampleRun('nginx'), sampleRun('breakwater')])
    assert.deepEqual(compareResults(now, then), { compared: 1, regressions: [] })
    assert.equal(compareResults(now, sampleResults([])).compared, 0)
  })

  it('refuses a file that is something else', () => {
    assert.throws(() => readResults('{"scenarios": []}'), /is not a result of breakwater bench/)
    assert.throws(() => readResults('no JSON'))
    assert.deepEqual(readResults(JSON.stringify(sampleResults([]))).scenarios[0]?.runs, [])
  })
})

describe('the verdict in words', () => {
  const scenario = (...runs: ReturnType<typeof sampleRun>[]) => sampleResults(runs).scenarios

  it('says what the site could do alone, and what it does behind Breakwater', () => {
    const direct = sampleRun('direct', { figures: [figure('collapsed at', 41)] })
    const ours = sampleRun('breakwater', {
      figures: [figure('carried', 5000), figure('p99 at the top', 4), figure('site load', 0.2)],
    })
    assert.equal(
      headline(sampleTargets, scenario(direct, ours)),
      'direct: collapsed at 41 visitors/s; through Breakwater: 5,000 visitors/s, p99 4 ms, the site saw 0.2 requests/s. 1 of 1 runs through Breakwater passed.',
    )
  })

  it('without a wave counts what passed', () => {
    assert.equal(headline(sampleTargets, []), '0 of 0 runs through Breakwater passed.')
  })
})

describe('the outcome of a run', () => {
  const failed = { outcome: 'failed', sentence: '' } as const

  it('is a failure when Breakwater failed, and not when the site alone or a peer did', () => {
    assert.equal(hasFailed(sampleResults([sampleRun('breakwater', { verdict: failed })])), true)
    assert.equal(hasFailed(sampleResults([sampleRun('direct', { verdict: failed }), sampleRun('breakwater')])), false)
    assert.equal(hasFailed(sampleResults([sampleRun('nginx', { verdict: failed })])), false)
    assert.equal(
      hasFailed(sampleResults([sampleRun('breakwater', { verdict: { ...failed, outcome: 'unclear' } })])),
      false,
    )
  })
})

describe('a target that is not this machine', () => {
  it('is named, whether it is the site or what stands in front of it', () => {
    const local = new URL('http://127.0.0.1:8081/')
    const far = new URL('https://www.example.com/')
    assert.equal(notLocal({ url: local, through: new URL('http://[::1]:8080/') }), undefined)
    assert.match(notLocal({ url: far, through: undefined }) ?? '', /^www\.example\.com is not this machine/)
    assert.match(notLocal({ url: local, through: far }) ?? '', /say --yes/)
    assert.match(
      notLocal({ url: new URL('http://127.0.0.1.example.com/'), through: undefined }) ?? '',
      /not this machine/,
    )
  })
})

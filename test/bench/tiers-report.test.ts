import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chart } from '../../bench/tiers/chart.ts'
import type { OutageFigures } from '../../bench/tiers/outage.ts'
import { report } from '../../bench/tiers/report.ts'

const outage: OutageFigures = {
  perSecond: 5_000,
  deadlineMs: 50,
  events: [{ atMs: 1_000, what: 'Redis stopped' }],
  slices: [
    { atMs: 0, memoryWorstMs: 1, tierMedianMs: 0.5, tierWorstMs: 2 },
    { atMs: 1_000, memoryWorstMs: 2, tierMedianMs: 50, tierWorstMs: 55 },
  ],
  ...{
    worstMs: 55,
    worstAtMs: 1_010,
    worstSentLateMs: 0.4,
    undisturbed: { p99Ms: 1.5, worstMs: 20.25, worstAtMs: 3_000 },
    p50Ms: 0.4,
    p99Ms: 51,
    requests: 10_000,
    failed: 0,
  },
}
const machine = {
  ...{ processor: 'a processor', cores: 2, memoryGiB: 8, kernel: '6', node: 'v26' },
  ...{ commit: 'abc', date: '2026-01-01', loadBefore: 0 },
}

describe('the report of what tiers cost', () => {
  it('says whether the goal was met, by the worst request of all', () => {
    const text = (worstMs: number) => report({ machine, seconds: 2, hits: undefined, outage: { ...outage, worstMs } })
    assert.match(text(70), /\| goal: deadline \+ 20 ms \| 70: met \|/)
    assert.match(text(70.1), /70: \*\*missed\*\*/)
  })

  it('says how long requests take when nothing is done to Redis', () => {
    const text = report({ machine, seconds: 2, hits: undefined, outage })
    assert.match(text, /nothing done to Redis: p99, worst, ms \| 1\.50, 20\.3 \|/)
  })

  it('has a row for each place that answers come from', () => {
    const hit = { bytes: 65_536, p50Ms: 0.2, p99Ms: 1, cpuMicrosPerRequest: 150.4, perSecond: 5_000.2, share: 1 }
    const text = report({ machine, seconds: 2, hits: [{ what: 'Redis', ...hit }], outage: undefined })
    assert.match(text, /\| Redis \| 64 KB \| 0\.20 \| 1\.00 \| 150 \| 5000 \|/)
  })

  it('draws what happened when, and no point outside', () => {
    const svg = chart(outage)
    assert.match(svg, /Redis stopped/)
    for (const [, points] of svg.matchAll(/points="([^"]*)"/g)) {
      for (const point of points?.split(' ') ?? []) {
        const [x = -1, y = -1] = point.split(',').map(Number)
        assert.ok(x >= 0 && x <= 900 && y >= 0 && y <= 360, point)
      }
    }
  })
})

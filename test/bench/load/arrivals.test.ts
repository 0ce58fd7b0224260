import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Arrivals, arrivalsTotal, dueMs, rateAt } from '../../../src/bench/load/arrivals.ts'

const ramps = fc
  .record({
    from: fc.double({ min: 1, max: 100, noNaN: true }),
    factor: fc.double({ min: 1, max: 200, noNaN: true }),
    seconds: fc.integer({ min: 1, max: 90 }),
  })
  .map(({ from, factor, seconds }): Arrivals => ({ kind: 'ramp', from, to: from * factor, seconds }))

describe('arrivals', () => {
  it('are evenly spaced at a steady rate', () => {
    const arrivals: Arrivals = { kind: 'steady', perSecond: 250, seconds: 3 }
    assert.equal(arrivalsTotal(arrivals), 750)
    assert.deepEqual(
      [0, 1, 2, 749].map((n) => dueMs(arrivals, n)),
      [0, 4, 8, 2996],
    )
  })

  it('of a ramp come one after the other, all within its time', () => {
    fc.assert(
      fc.property(ramps, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (arrivals, at) => {
        const n = Math.floor(at * (arrivalsTotal(arrivals) - 1))
        const last = dueMs(arrivals, Math.max(0, arrivalsTotal(arrivals) - 1))
        assert.ok(dueMs(arrivals, n) < dueMs(arrivals, n + 1))
        assert.ok(arrivals.kind === 'ramp' && last <= arrivals.seconds * 1000 + 1e-6)
      }),
    )
  })

  it('of a ramp come at the rate of their moment', () => {
    fc.assert(
      fc.property(ramps, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (arrivals, at) => {
        const n = at * arrivalsTotal(arrivals)
        const step = 1e-3
        const measured = (2 * step * 1000) / (dueMs(arrivals, n + step) - dueMs(arrivals, n - step))
        const wanted = rateAt(arrivals, dueMs(arrivals, n))
        assert.ok(Math.abs(measured / wanted - 1) < 1e-3, `${measured} instead of ${wanted}`)
      }),
    )
  })

  it('of a ramp end at the rate asked for, a hundred times the first', () => {
    const wave: Arrivals = { kind: 'ramp', from: 20, to: 2000, seconds: 60 }
    assert.equal(Math.round(rateAt(wave, 0)), 20)
    assert.equal(Math.round(rateAt(wave, 60_000)), 2000)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { Patience } from '../../src/tiers/patience.ts'
import { takeTurn } from '../../src/tiers/take-turn.ts'
import type { Lease } from '../../src/tiers/tier.ts'
import { HeldClock } from '../support/held-clock.ts'
import { stored } from './tier-fixtures.ts'

/** Boxes with one tier of a lease and a stored response. */
function boxes() {
  const clock = new HeldClock()
  const shared: { isLeased: boolean; found: StoredResponse | undefined; isDown: boolean } = {
    ...{ isLeased: false, found: undefined, isDown: false },
  }
  const tier = {
    async lease(): Promise<Lease> {
      if (shared.isDown) return { kind: 'none' }
      if (shared.isLeased) return { kind: 'held' }
      shared.isLeased = true
      const release = () => {
        shared.isLeased = false
      }
      return { kind: 'won', release }
    },
    find: async () => shared.found,
  }
  const options = {
    ...{ clock, key: '/', requestFields: [], leaseMs: 5_000, waitMs: 1_000, isUsable: () => true },
    patience: new Patience(clock, 50),
  }
  const turn = () => takeTurn(tier, options)
  /** Moves on in steps, so that each look is made. */
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { shared, tier, options, turn, advance, clock }
}

describe('taking turns to fetch', () => {
  it('lets the first fetch, and gives the others what it stored', async () => {
    const { shared, turn, advance } = boxes()
    const first = await turn()
    assert.equal(first.kind, 'fetch')
    const others = Promise.all([turn(), turn()])
    await advance(50)
    shared.found = stored('fetched')
    if (first.kind === 'fetch') first.done()
    await advance(200)
    for (const other of await others) assert.equal(other.kind === 'stored' && other.stored.body.toString(), 'fetched')
    assert.equal(shared.isLeased, false)
  })

  it('lets the next fetch when the first is done without storing', async () => {
    const { shared, turn, advance } = boxes()
    const first = await turn()
    const next = turn()
    await advance(50)
    if (first.kind === 'fetch') first.done()
    await advance(200)
    assert.equal((await next).kind, 'fetch')
    assert.equal(shared.isLeased, true)
  })

  it('waits no longer than told, and takes no lease away from others then', async () => {
    const { shared, turn, advance, clock } = boxes()
    await turn()
    const startMs = clock.now()
    let tookMs: number | undefined
    const next = turn().then((given) => {
      tookMs = clock.now() - startMs
      return given
    })
    await advance(1_200)
    const given = await next
    assert.equal(given.kind, 'fetch')
    assert.ok(tookMs !== undefined && tookMs <= 1_000, `${tookMs} ms`)
    if (given.kind === 'fetch') given.done()
    assert.equal(shared.isLeased, true)
  })

  it('does not take the stale one that all replace for the new one', async () => {
    const { shared, tier, options, advance } = boxes()
    shared.found = stored('stale')
    const isUsable = (found: StoredResponse) => found.body.toString() === 'new'
    const first = await takeTurn(tier, { ...options, isUsable })
    assert.equal(first.kind, 'fetch')
    const second = takeTurn(tier, { ...options, isUsable })
    await advance(50)
    shared.found = stored('new')
    await advance(200)
    assert.equal((await second).kind, 'stored')
  })

  it('lets everyone fetch where nobody can tell', async () => {
    const { shared, turn } = boxes()
    shared.isDown = true
    for (const given of [await turn(), await turn()]) assert.equal(given.kind, 'fetch')
  })
})

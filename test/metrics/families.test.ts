import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { originFamilies } from '../../src/metrics/origin-families.ts'
import type { MemberState } from '../../src/origin/member-state.ts'

describe('the metrics of origins', () => {
  const member = (pool: string, origin: string, retriesLeft: number): MemberState => ({
    pool,
    origin,
    url: `http://${origin}`,
    condition: 'up',
    reason: undefined,
    sinceMs: 0,
    backup: false,
    weight: 1,
    effectiveWeight: 1,
    active: 1,
    waiting: 0,
    connections: 1,
    idleConnections: 0,
    limit: 10,
    goodProbes: undefined,
    latencyMs: undefined,
    counts: { requests: 0, failures: 0, timeouts: 0, retries: 0, hedges: 0 },
    retriesLeft,
  })
  const samples = (threads: readonly (readonly MemberState[])[], name: string) =>
    originFamilies(threads)
      .find((family) => family.name === name)
      ?.values.map(({ labels, value }) => ({ ...labels, value }))

  it('count the retries that a pool has left once in each thread, however many members tell it', () => {
    const one = [member('shop', 'a', 7), member('shop', 'b', 7), member('blog', 'a', 10)]
    const other = [member('shop', 'a', 0), member('shop', 'b', 0), member('blog', 'a', 10)]
    assert.deepEqual(samples([one, other], 'breakwater_origin_retries_left'), [
      { pool: 'shop', value: 7 },
      { pool: 'blog', value: 20 },
    ])
  })

  it('add up the members of one name and pool over the threads', () => {
    const thread = [member('shop', 'a', 7), member('blog', 'a', 7)]
    assert.deepEqual(samples([thread, thread], 'breakwater_origin_active'), [
      { pool: 'shop', origin: 'a', value: 2 },
      { pool: 'blog', origin: 'a', value: 2 },
    ])
  })
})

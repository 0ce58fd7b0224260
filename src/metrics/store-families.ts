import type { MemoryCounts } from '../tiers/memory/memory-tier.ts'
import type { TierSnapshot } from '../tiers/remote-tiers.ts'
import type { TierCounts } from '../tiers/tier.ts'
import { counter, type Family, gauge, type Labels, type Sample } from './families.ts'
import type { ThreadSnapshot } from './thread-snapshot.ts'

/** Memory and the tiers behind it, all threads together. */
export function storeFamilies(threads: readonly ThreadSnapshot[]): Family[] {
  const memory = (of: (counts: MemoryCounts) => number): number =>
    threads.reduce((total, thread) => total + of(thread.memory), 0)
  return [
    gauge(
      'breakwater_memory_keys',
      'Keys in memory',
      memory(({ keys }) => keys),
    ),
    gauge(
      'breakwater_memory_bytes',
      'Bytes that stored responses take in memory',
      memory(({ bytes }) => bytes),
    ),
    gauge(
      'breakwater_memory_max_bytes',
      'Bytes that they may take',
      memory(({ bytesMax }) => bytesMax),
    ),
    counter('breakwater_memory_lookups_total', 'Look-ups in memory; what is found may be stale', [
      [{ result: 'hit' }, memory(({ hits }) => hits)],
      [{ result: 'miss' }, memory(({ misses }) => misses)],
    ]),
    counter(
      'breakwater_memory_stored_total',
      'Responses stored in memory',
      memory(({ stored }) => stored),
    ),
    counter(
      'breakwater_memory_evicted_total',
      'Keys that made room for others',
      memory(({ evicted }) => evicted),
    ),
    counter(
      'breakwater_memory_refused_total',
      'Responses that were too large for memory',
      memory(({ refused }) => refused),
    ),
    ...tierFamilies(threads.flatMap(({ tiers }) => tiers)),
  ]
}

/** Bounds are the same in all threads. */
function latencyFamily(snapshots: readonly TierSnapshot[], names: readonly string[]): Family {
  const name = 'breakwater_tier_latency_seconds'
  const values = names.flatMap((tier): Sample[] => {
    const all = snapshots.filter((one) => one.tier === tier).map(({ counts }) => counts.latency)
    const count = all.reduce((total, one) => total + one.count, 0)
    const buckets = (all[0]?.buckets ?? []).map(({ atMostMs }, i) => ({
      labels: { tier, le: String(atMostMs / 1000) },
      value: all.reduce((total, one) => total + (one.buckets[i]?.count ?? 0), 0),
      metricName: `${name}_bucket`,
    }))
    return [
      ...buckets,
      { labels: { tier, le: '+Inf' }, value: count, metricName: `${name}_bucket` },
      { labels: { tier }, value: all.reduce((total, one) => total + one.sumMs, 0) / 1000, metricName: `${name}_sum` },
      { labels: { tier }, value: count, metricName: `${name}_count` },
    ]
  })
  return { name, help: 'Until a tier answered', type: 'histogram', values, aggregator: 'first' }
}

function tierFamilies(snapshots: readonly TierSnapshot[]): Family[] {
  const names = [...new Set(snapshots.map(({ tier }) => tier))]
  const states = [...new Set(snapshots.map(({ tier, state }) => JSON.stringify([tier, state])))]
  const sum = (tier: string, of: (counts: TierCounts) => number): number =>
    snapshots.reduce((total, one) => total + (one.tier === tier ? of(one.counts) : 0), 0)
  const byResult = (results: Readonly<Record<string, (counts: TierCounts) => number>>): [Labels, number][] =>
    names.flatMap((tier) =>
      Object.entries(results).map(([result, of]): [Labels, number] => [{ tier, result }, sum(tier, of)]),
    )
  return [
    gauge(
      'breakwater_tier_threads',
      'Threads that see a tier in this state',
      states.map((name) => {
        const [tier, state] = JSON.parse(name) as [string, string]
        return [{ tier, state }, snapshots.filter((one) => one.tier === tier && one.state === state).length]
      }),
    ),
    counter(
      'breakwater_tier_lookups_total',
      'Look-ups in a tier behind memory; everything but hit is a miss',
      byResult({
        hit: ({ hits }) => hits,
        miss: ({ misses }) => misses,
        failed: ({ failed }) => failed,
        late: ({ late }) => late,
        skipped: ({ skipped }) => skipped,
      }),
    ),
    counter(
      'breakwater_tier_unusable_total',
      'Misses of a tier because of what was found there',
      byResult({
        corrupt: ({ corrupt }) => corrupt,
        'other-version': ({ otherVersion }) => otherVersion,
        purged: ({ purged }) => purged,
      }),
    ),
    counter(
      'breakwater_tier_writes_total',
      'Responses given to a tier behind memory',
      byResult({
        stored: ({ stored }) => stored,
        'too-large': ({ tooLarge }) => tooLarge,
        dropped: ({ dropped }) => dropped,
        refused: ({ refused }) => refused,
      }),
    ),
    latencyFamily(snapshots, names),
    gauge(
      'breakwater_tier_queued_bytes',
      'Bytes that wait to be written to a tier',
      names.map((tier) => [{ tier }, sum(tier, ({ queuedBytes }) => queuedBytes)]),
    ),
  ]
}

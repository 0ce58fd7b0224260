import type { MemberState } from '../origin/member-state.ts'
import { counter, type Family, gauge, type Labels } from './families.ts'

/**
 * The members of the origin pools, all threads together: each thread has its own view and its own connections.
 *
 * @param threads the members as each thread sees them
 */
export function originFamilies(threads: readonly (readonly MemberState[])[]): Family[] {
  const members = new Map<string, MemberState[]>()
  for (const state of threads.flat()) {
    const name = JSON.stringify([state.pool, state.origin])
    members.set(name, [...(members.get(name) ?? []), state])
  }
  const perMember = (of: (state: MemberState) => number): [Labels, number][] =>
    [...members.values()].map((same) => [labelsOf(same), same.reduce((total, state) => total + of(state), 0)])
  return [
    gauge(
      'breakwater_origin_threads',
      'Threads that see an origin in this condition',
      [...members.values()].flatMap((same) =>
        [...new Set(same.map(({ condition }) => condition))].map((condition): [Labels, number] => [
          { ...labelsOf(same), condition },
          same.filter((state) => state.condition === condition).length,
        ]),
      ),
    ),
    gauge(
      'breakwater_origin_active',
      'Requests and tunnels under way at an origin',
      perMember(({ active }) => active),
    ),
    gauge(
      'breakwater_origin_waiting',
      'Requests that wait for a place at an origin',
      perMember(({ waiting }) => waiting),
    ),
    gauge(
      'breakwater_origin_limit',
      'Requests that an origin may have at a time',
      perMember(({ limit }) => limit),
    ),
    gauge(
      'breakwater_origin_connections',
      'Connections to an origin',
      perMember(({ connections }) => connections),
    ),
    counter(
      'breakwater_origin_requests_total',
      'Requests given to an origin, retries and hedges included',
      perMember(({ counts }) => counts.requests),
    ),
    counter(
      'breakwater_origin_failures_total',
      'Of these, those that brought no complete response',
      perMember(({ counts }) => counts.failures),
    ),
    counter(
      'breakwater_origin_timeouts_total',
      'Failures that were time-outs',
      perMember(({ counts }) => counts.timeouts),
    ),
    counter(
      'breakwater_origin_retries_total',
      'Requests it got because another origin had failed them',
      perMember(({ counts }) => counts.retries),
    ),
    counter(
      'breakwater_origin_hedges_total',
      'Requests it got because another origin was slow',
      perMember(({ counts }) => counts.hedges),
    ),
    gauge(
      'breakwater_origin_retries_left',
      'Retries and hedges that the budget of a pool has left',
      retriesLeft(threads),
    ),
    gauge(
      'breakwater_origin_latency_seconds',
      'To the head of a response, a moving mean over the threads that know it',
      [...members.values()].flatMap((same): [Labels, number][] => {
        const known = same.flatMap(({ latencyMs }) => latencyMs ?? [])
        if (known.length === 0) return []
        return [[labelsOf(same), known.reduce((total, ms) => total + ms, 0) / known.length / 1000]]
      }),
    ),
  ]
}

/** Each thread has a budget for each pool, and every member of the pool there tells it. */
function retriesLeft(threads: readonly (readonly MemberState[])[]): [Labels, number][] {
  const sums = new Map<string, number>()
  for (const states of threads) {
    const left = new Map(states.map(({ pool, retriesLeft }) => [pool, retriesLeft]))
    for (const [pool, retries] of left) sums.set(pool, (sums.get(pool) ?? 0) + retries)
  }
  return [...sums].map(([pool, retries]) => [{ pool }, retries])
}

function labelsOf([first]: readonly MemberState[]): Labels {
  return { pool: first?.pool ?? '', origin: first?.origin ?? '' }
}

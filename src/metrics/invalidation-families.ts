import type { InvalidatorCounts } from '../proxy/invalidator.ts'
import { counter, type Family, gauge, type Labels } from './families.ts'
import type { ThreadSnapshot } from './thread-snapshot.ts'

/** What was made invalid, who confirmed it, and the log in which boxes tell each other; all threads together. */
export function invalidationFamilies(threads: readonly ThreadSnapshot[]): Family[] {
  const began = (of: (counts: InvalidatorCounts) => number): number =>
    threads.reduce((total, { invalidator }) => total + of(invalidator), 0)
  const confirmed = (who: 'threads' | 'boxes'): [Labels, number][] => [
    [{ from: who, result: 'acknowledged' }, began((counts) => counts[who].acknowledged)],
    [{ from: who, result: 'missing' }, began((counts) => counts[who].asked - counts[who].acknowledged)],
  ]
  return [
    counter(
      'breakwater_invalidations_total',
      'Invalidations that began here: purges, and changes by unsafe methods',
      began(({ invalidations }) => invalidations),
    ),
    counter(
      'breakwater_invalidation_acknowledgements_total',
      'Acknowledgements asked of other threads and boxes, one each for a message, which may carry several invalidations',
      [...confirmed('threads'), ...confirmed('boxes')],
    ),
    ...logFamilies(threads),
  ]
}

/** Without samples where there is no log. */
function logFamilies(threads: readonly ThreadSnapshot[]): Family[] {
  const logs = threads.flatMap(({ log }) => log ?? [])
  const states = [...new Set(logs.map(({ state }) => state))]
  const ofLogs = (value: () => number): [Labels, number][] => (logs.length === 0 ? [] : [[{}, value()]])
  const sum = (of: (log: (typeof logs)[number]) => number) =>
    ofLogs(() => logs.reduce((total, log) => total + of(log), 0))
  return [
    gauge(
      'breakwater_invalidation_log_threads',
      'Threads that see the log of invalidations in this state',
      states.map((state) => [{ state }, logs.filter((log) => log.state === state).length]),
    ),
    counter(
      'breakwater_invalidation_log_published_total',
      'Invalidations that began here and are for other boxes too, those unsent included',
      sum(({ published }) => published),
    ),
    counter(
      'breakwater_invalidation_log_heard_total',
      'Invalidations heard from the log, by each thread for itself, its own included',
      sum(({ heard }) => heard),
    ),
    gauge(
      'breakwater_invalidation_log_unsent',
      'Invalidations in force here that do not stand in the log yet',
      sum(({ unsent }) => unsent),
    ),
    counter(
      'breakwater_invalidation_log_gaps_total',
      'How often a thread may have missed something for good, and expired all that it kept',
      sum(({ gaps }) => gaps),
    ),
    // Every thread sees all of them. One that has not heard of them yet knows fewer.
    gauge(
      'breakwater_invalidation_log_boxes',
      'Boxes known to follow the log, each of their threads as one; none where memcached holds the log',
      ofLogs(() => Math.max(...logs.map(({ boxes }) => boxes.length))),
    ),
  ]
}

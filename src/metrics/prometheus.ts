import { AggregatorRegistry } from 'prom-client'
import { counter, type Family, gauge } from './families.ts'
import { invalidationFamilies } from './invalidation-families.ts'
import { originFamilies } from './origin-families.ts'
import type { ProcessFacts } from './process-facts.ts'
import { storeFamilies } from './store-families.ts'
import type { ThreadHealth } from './thread-health.ts'
import type { ThreadSnapshot } from './thread-snapshot.ts'
import { summedTraffic } from './traffic-counts.ts'
import { trafficFamilies } from './traffic-families.ts'

/** Everything there is to show, at one moment. */
export interface BoxSnapshot {
  readonly process: ProcessFacts
  readonly threads: readonly { readonly thread: number; readonly snapshot: ThreadSnapshot }[]
  /** Threads that did not answer: what they counted is missing from the sums. */
  readonly unanswered: number
}

/** All metrics, in the text format that Prometheus reads, with its media type. */
export async function prometheusText(box: BoxSnapshot): Promise<{ readonly text: string; readonly type: string }> {
  const registry = AggregatorRegistry.aggregate([[...families(box)]])
  return { text: await registry.metrics(), type: registry.contentType }
}

/** All metrics that there are; what has no sample yet is there with its name. */
export function families({ process, threads, unanswered }: BoxSnapshot): Family[] {
  const snapshots = threads.map(({ snapshot }) => snapshot)
  const sum = (of: (one: ThreadSnapshot) => number): number => snapshots.reduce((total, one) => total + of(one), 0)
  const perThread = (of: (health: ThreadHealth) => number) =>
    threads.map(({ thread, snapshot }) => [{ thread: String(thread) }, of(snapshot.health)] as const)
  return [
    gauge('breakwater_build_info', 'Which program this is', [
      [{ version: process.version, node: process.nodeVersion }, 1],
    ]),
    gauge('breakwater_threads', 'Threads that serve and gave their counts', threads.length),
    gauge('breakwater_threads_unanswered', 'Threads whose counts are missing here', unanswered),
    ...trafficFamilies(summedTraffic(snapshots.map(({ traffic }) => traffic))),
    gauge(
      'breakwater_connections',
      'Connections of clients',
      sum((one) => one.connections),
    ),
    counter(
      'breakwater_connections_refused_total',
      'Connections refused because there were too many',
      sum((one) => one.connectionsRefused),
    ),
    counter(
      'breakwater_connections_handed_over_total',
      'Connections that went from the plain to the full lane',
      sum((one) => one.handedOver),
    ),
    gauge(
      'breakwater_flights',
      'Upstream requests under way on behalf of the cache',
      sum((one) => one.flights),
    ),
    ...storeFamilies(snapshots),
    ...invalidationFamilies(snapshots),
    ...originFamilies(snapshots.map(({ origins }) => origins)),
    gauge('breakwater_event_loop_delay_seconds', 'How late a thread is, in the last one to two minutes', [
      ...perThread(({ eventLoopDelayMs }) => eventLoopDelayMs.p50 / 1000).map(quantile('0.5')),
      ...perThread(({ eventLoopDelayMs }) => eventLoopDelayMs.p99 / 1000).map(quantile('0.99')),
      ...perThread(({ eventLoopDelayMs }) => eventLoopDelayMs.max / 1000).map(quantile('1')),
    ]),
    gauge(
      'breakwater_thread_utilization',
      'Part of the last one to two minutes in which a thread was busy',
      perThread(({ utilization }) => utilization),
    ),
    gauge(
      'breakwater_thread_heap_used_bytes',
      'JavaScript heap in use in a thread',
      perThread(({ heapUsedBytes }) => heapUsedBytes),
    ),
    gauge(
      'breakwater_thread_external_bytes',
      'Buffers of a thread, bodies of stored responses above all',
      perThread(({ externalBytes }) => externalBytes),
    ),
    counter('process_cpu_seconds_total', 'User and system time of the process', process.cpuSeconds),
    gauge('process_resident_memory_bytes', 'Resident memory of the process', process.residentBytes),
    gauge('process_start_time_seconds', 'When the process was started, since the epoch', process.startedMs / 1000),
    ...(process.openFiles === undefined ? [] : [gauge('process_open_fds', 'Open files', process.openFiles)]),
  ]
}

function quantile(name: string) {
  return ([labels, value]: readonly [{ thread: string }, number]) => [{ ...labels, quantile: name }, value] as const
}

import type { Machine } from '../support/machine.ts'
import type { HitFigures } from './hit-cost.ts'
import type { OutageFigures } from './outage.ts'

/** Everything that was measured, as it is written to the JSON file. */
export interface TierResults {
  readonly machine: Machine
  readonly seconds: number
  readonly hits: readonly HitFigures[] | undefined
  readonly outage: OutageFigures | undefined
}

export function report({ machine, seconds, hits, outage }: TierResults): string {
  const busy =
    machine.loadBefore > 0.5 ? ` Something else ran on it: load ${machine.loadBefore.toFixed(1)} before.` : ''
  return `# What a tier costs

${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Linux ${machine.kernel}; ${machine.date}.${busy}
Breakwater ${machine.commit} on Node ${machine.node}.
One core for the proxy, another for the load, the origin, Redis and memcached; ${seconds} s for a figure.
${hits === undefined ? '' : hitSection(hits)}${outage === undefined ? '' : outageSection(outage)}`
}

function hitSection(hits: readonly HitFigures[]): string {
  const rows = hits.map(({ what, bytes, p50Ms, p99Ms, cpuMicrosPerRequest, perSecond }) => [
    ...[what, `${bytes / 1024} KB`, p50Ms.toFixed(2), p99Ms.toFixed(2)],
    ...[cpuMicrosPerRequest.toFixed(0), perSecond.toFixed(0)],
  ])
  return `
## Where the answer comes from

Latency with one request at a time; CPU (all processes of the proxy, not Redis or memcached) and rate with 32. Pages are drawn from
more than a memory of 1 MiB holds; about a tenth is found in memory all the same. nginx answers with what was put into memcached for
it, without fields; it stores nothing there itself.

| from | body | p50 ms | p99 ms | CPU µs | requests/s |
| --- | --- | ---: | ---: | ---: | ---: |
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`
}

function outageSection(outage: OutageFigures): string {
  const goalMs = outage.deadlineMs + 20
  const { undisturbed } = outage
  const events = outage.events.map(({ atMs, what }) => `${(atMs / 1000).toFixed(1)} s ${what}`).join(', ')
  return `
## While Redis is away

${outage.perSecond} requests a second, evenly paced, each measured from the moment it was due; one of ten asks for a page that memory
lacks. ${events}. The origin answers at once.

![latency over time](tiers.svg)

| | |
| --- | ---: |
| requests | ${outage.requests} |
| failed | ${outage.failed} |
| p50 ms | ${outage.p50Ms.toFixed(2)} |
| p99 ms | ${outage.p99Ms.toFixed(2)} |
| worst, ms | ${outage.worstMs.toFixed(1)} at ${(outage.worstAtMs / 1000).toFixed(2)} s |
| of it before it was sent, ms | ${outage.worstSentLateMs.toFixed(1)} |
| the same load with nothing done to Redis: p99, worst, ms | ${undisturbed.p99Ms.toFixed(2)}, ${undisturbed.worstMs.toFixed(1)} |
| goal: deadline + 20 ms | ${goalMs}: ${outage.worstMs <= goalMs ? 'met' : '**missed**'} |
`
}

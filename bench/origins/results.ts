import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../support/machine.ts'
import type { SpreadRow } from './spread.ts'
import type { WaveRow } from './wave.ts'

/** Everything that a complete run measured, as it is written to the JSON file. */
export interface Results {
  readonly machine: Machine
  readonly settings: { readonly spreadSeconds: number; readonly waveSeconds: number }
  /** Goodput at five times the capacity, relative to the best of the three loads; the goal is 0.9. */
  readonly goodputUnderWave: number
  readonly spread: readonly SpreadRow[]
  readonly wave: readonly WaveRow[]
}

export const GOODPUT_GOAL = 0.9

const folder = join(import.meta.dirname, '../results')

export function writeResults(results: Results): void {
  writeFileSync(join(folder, 'origins.json'), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(join(folder, 'origins.md'), markdown(results))
}

function markdown({ machine, settings, goodputUnderWave, spread, wave }: Results): string {
  const { processor, cores, memoryGiB, kernel, node, commit, date, loadBefore } = machine
  return `# Several slow origins

${processor}, ${cores} cores, ${memoryGiB} GiB; Linux ${kernel}; ${date}; load before ${loadBefore.toFixed(2)}.
Breakwater ${commit} on Node ${node}. Proxy, origins and load share the machine, so compare the rows of a table, not tables.
Each origin does 20 requests of 50 ms at a time, 400 a second; nothing is cached.

Goal: goodput at five times the capacity above ${GOODPUT_GOAL * 100} % of its best. Measured: ${percent(goodputUnderWave)}, ${goodputUnderWave > GOODPUT_GOAL ? 'met' : '**missed**'}.

## Throughput of several origins

Twice as many requests under way as the origins can do, 20 at a time to each; ${settings.spreadSeconds} s each (\`spread.ts\`).

${spreadTable(spread)}

## A wave against one origin

Visitors come at a rate of their own and leave after 2 s; ${settings.waveSeconds} s each. What is answered in time, a second (\`wave.ts\`).

${waveTable(wave)}
`
}

export function spreadTable(rows: readonly SpreadRow[]): string {
  return table(
    ['', 'origins', 'good/s', 'of the best', 'p50 ms', 'p99 ms', 'errors/s'],
    rows.map(({ balancer, origins, goodPerSecond, ofBest, p50Ms, p99Ms, errorsPerSecond }) => [
      ...[balancer, String(origins), goodPerSecond.toFixed(0), percent(ofBest)],
      ...[p50Ms.toFixed(0), p99Ms.toFixed(0), errorsPerSecond.toFixed(0)],
    ]),
  )
}

export function waveTable(rows: readonly WaveRow[]): string {
  const cells = rows.map(({ balancer, protection, loads }) => [
    `${balancer}, ${protection}`,
    ...loads.map(({ goodPerSecond, p99Ms, refusedPerSecond, latePerSecond }) => {
      const p99 = p99Ms === undefined ? '' : `p99 ${p99Ms.toFixed(0)} ms; `
      return `${goodPerSecond.toFixed(0)} (${p99}${refusedPerSecond.toFixed(0)} refused, ${latePerSecond.toFixed(0)} too late)`
    }),
  ])
  return table(['', ...(rows[0]?.loads ?? []).map(({ factor }) => `${factor}× capacity`)], cells)
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** One line of `/proc/PID/stat`. The time is that of all threads, ended ones included. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** User and system time, in ticks of the kernel's accounting clock. */
  readonly cpuTicks: number
}

/** @throws when it is not such a line */
export function parseProcessStat(line: string): ProcessStat {
  // The name stands in parentheses and may itself contain any of them, and spaces.
  const nameEnd = line.lastIndexOf(')')
  const fields = line.slice(nameEnd + 2).split(' ')
  const pid = Number.parseInt(line, 10)
  const parent = Number(fields[1])
  const cpuTicks = Number(fields[11]) + Number(fields[12])
  if (nameEnd < 0 || Number.isNaN(pid + parent + cpuTicks)) throw new Error(`Cannot read process state "${line}"`)
  return { pid, parent, cpuTicks }
}

/** The processes of these that are `roots` or descend from them. */
export function processTree(stats: readonly ProcessStat[], roots: readonly number[]): readonly ProcessStat[] {
  const children = Map.groupBy(stats, ({ parent }) => parent)
  const found = new Map(stats.filter(({ pid }) => roots.includes(pid)).map((stat) => [stat.pid, stat]))
  // A map is walked in the order of insertion, to what is inserted meanwhile too.
  for (const pid of found.keys()) {
    for (const child of children.get(pid) ?? []) found.set(child.pid, child)
  }
  return [...found.values()]
}

let microsPerTick: number | undefined

/** CPU time that these processes and their descendants have used since they began, in microseconds. */
export function cpuMicros(roots: readonly number[]): number {
  microsPerTick ??= 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  let ticks = 0
  for (const { cpuTicks } of processTree(allProcesses(), roots)) ticks += cpuTicks
  return ticks * microsPerTick
}

function allProcesses(): ProcessStat[] {
  const stats: ProcessStat[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = statLine(name)
    if (line !== undefined) stats.push(parseProcessStat(line))
  }
  return stats
}

function statLine(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    // It ended since the folder was read.
    return undefined
  }
}

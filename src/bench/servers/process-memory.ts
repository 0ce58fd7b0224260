import { readdirSync, readFileSync } from 'node:fs'

interface ProcessState {
  readonly pid: number
  readonly parent: number
  readonly residentPages: number
  readonly cpuTicks: number
}

/** The page size and tick of every Linux that Node runs on as a server; `getconf` would say the same. */
const pageBytes = 4096
const ticksPerSecond = 100

/** What some processes, with all that descend from them, use. */
export interface ProcessUse {
  readonly residentBytes: number
  /** Since they began, of all their threads. */
  readonly cpuSeconds: number
}

/** @returns undefined where there is no `/proc` */
export function processUse(roots: readonly number[]): ProcessUse | undefined {
  const states = allStates()
  if (states === undefined) return undefined
  const children = Map.groupBy(states, ({ parent }) => parent)
  const found = new Map(states.filter(({ pid }) => roots.includes(pid)).map((state) => [state.pid, state]))
  // A map is walked in the order of insertion, to what is inserted meanwhile too.
  for (const pid of found.keys()) for (const child of children.get(pid) ?? []) found.set(child.pid, child)
  let [pages, ticks] = [0, 0]
  for (const state of found.values()) {
    pages += state.residentPages
    ticks += state.cpuTicks
  }
  return { residentBytes: pages * pageBytes, cpuSeconds: ticks / ticksPerSecond }
}

function allStates(): ProcessState[] | undefined {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    // Not Linux: there is nothing to be seen from outside.
    return undefined
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => stateOf(name) ?? [])
}

function stateOf(pid: string): ProcessState | undefined {
  let line: string
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    // It ended since the folder was read.
    return undefined
  }
  // The name stands in parentheses and may itself contain any of them, and spaces.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return {
    pid: Number(pid),
    parent: Number(fields[1]),
    residentPages: Number(fields[21]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
  }
}

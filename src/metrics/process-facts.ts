import { readdir } from 'node:fs/promises'

/** What the system says of the process. */
export interface ProcessFacts {
  readonly version: string
  readonly nodeVersion: string
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Milliseconds since the epoch. */
  readonly startedMs: number
  /** undefined where the system does not say. */
  readonly openFiles: number | undefined
}

/** @param version of this program */
export async function processFacts(version: string): Promise<ProcessFacts> {
  const { user, system } = process.cpuUsage()
  return {
    version,
    nodeVersion: process.versions.node,
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    startedMs: Date.now() - process.uptime() * 1000,
    openFiles: await openFiles(),
  }
}

async function openFiles(): Promise<number | undefined> {
  try {
    return (await readdir('/proc/self/fd')).length
  } catch {
    return undefined // only Linux has it
  }
}

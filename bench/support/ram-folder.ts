import { execFileSync } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RamFolder {
  readonly path: string
  remove(): void
}

/** A folder on the RAM disk, or with the other temporary files where there is none; removed when the process ends. */
export function ramFolder(): RamFolder {
  const path = mkdtempSync(join(ramDisk() ?? tmpdir(), 'breakwater-bench-'))
  // Servers started as root read and write it as the user they become.
  chmodSync(path, 0o755)
  const remove = () => {
    process.off('exit', remove)
    // A server killed a moment ago may still be writing.
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  process.on('exit', remove)
  return { path, remove }
}

const sharedMemoryPrefixes: string[] = []

/** When this process ends: the shared memory whose name begins so. */
export function removeSharedMemoryAtExit(prefix: string): void {
  if (sharedMemoryPrefixes.length === 0) process.on('exit', removeSharedMemory)
  sharedMemoryPrefixes.push(prefix)
}

function removeSharedMemory(): void {
  for (const name of readdirSync('/dev/shm')) {
    if (sharedMemoryPrefixes.some((prefix) => name.startsWith(prefix))) rmSync(join('/dev/shm', name))
  }
}

function ramDisk(): string | undefined {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return undefined
  }
}

export const isRoot = process.getuid?.() === 0

/** Gives the folder to the user that a server started as root becomes. */
export function giveTo(user: string, folder: string): void {
  if (isRoot) execFileSync('chown', ['-R', user, folder])
}

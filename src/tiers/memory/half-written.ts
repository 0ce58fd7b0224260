import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Where this process writes what will be that file. */
export function halfWritten(path: string): string {
  return `${path}.${process.pid}.new`
}

/**
 * Removes what processes left that died while they wrote that file. One of this number died, too: in a container the next process
 * has the number of the one before.
 *
 * @throws Error of the file system
 */
export async function removeHalfWritten(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)]
  for (const one of await readdir(folder)) {
    const writer = one.startsWith(`${name}.`) ? /^\.(\d+)\.new$/.exec(one.slice(name.length))?.[1] : undefined
    if (writer !== undefined && isGone(Number(writer))) await rm(join(folder, one), { force: true })
  }
}

function isGone(pid: number): boolean {
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    // Other errors: it is there, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts a module beside this one in a process with a channel; `.ts` or, in the published package, what was built of it. */
export function forkModule(name: string, ...words: string[]): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const file = fileURLToPath(new URL(`${name}${extension}`, import.meta.url))
  return fork(file, words, { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

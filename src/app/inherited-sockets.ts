/**
 * Descriptors of listening sockets that were open when the program started: for each worker thread, one for each address in the
 * order of `listen`. Empty: there are none, all are to be opened.
 */
export type InheritedSockets = readonly (readonly number[])[]

/** Set for a successor, to the JSON of its `InheritedSockets` (docs/decisions/restart.md). */
export const SOCKETS_VARIABLE = 'BREAKWATER_SOCKETS'

/** Of the first socket that systemd passes (sd_listen_fds(3)). */
const FIRST_ACTIVATED = 3

/**
 * What the process that started this one left open for it: an older Breakwater, or systemd. Takes the variables that say so out of
 * the environment, so that no child of this process believes them.
 *
 * @throws Error when they say something that cannot be
 */
export function takeInheritedSockets(environment: NodeJS.ProcessEnv): InheritedSockets {
  const { [SOCKETS_VARIABLE]: fromPredecessor, LISTEN_PID: pid, LISTEN_FDS: count } = environment
  for (const name of [SOCKETS_VARIABLE, 'LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name]
  if (fromPredecessor !== undefined) return descriptorsIn(fromPredecessor)
  // The launcher was started in place of this process, and passes on what it got.
  const isForUs = pid === String(process.pid) || pid === String(process.ppid)
  if (!isForUs || count === undefined || count === '0') return []
  if (!/^[1-9]\d{0,2}$/.test(count)) throw new Error(`LISTEN_FDS is "${count}", and not a number of sockets`)
  return [Array.from({ length: Number(count) }, (_, i) => FIRST_ACTIVATED + i)]
}

function descriptorsIn(text: string): InheritedSockets {
  const workers: unknown = JSON.parse(text)
  if (!Array.isArray(workers) || !workers.every(isDescriptors)) {
    throw new Error(`${SOCKETS_VARIABLE} is "${text}", and not lists of descriptors`)
  }
  return workers
}

function isDescriptors(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isInteger(one) && one > 2)
}

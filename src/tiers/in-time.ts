import type { Clock } from '../clock.ts'

/** In place of a result that did not come in time. */
export const late = Symbol('late')

/** The result of the work, or `late` after that time: what comes then is nobody's. Rejects only with what comes in time. */
export async function inTime<T>(clock: Clock, withinMs: number, work: Promise<T>): Promise<T | typeof late> {
  let cancel = () => {}
  const deadline = new Promise<typeof late>((resolve) => {
    // What has arrived is read first: it is not late because this process was busy.
    cancel = clock.after(withinMs, () => setImmediate(() => resolve(late)))
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, deadline])
  } finally {
    cancel()
  }
}

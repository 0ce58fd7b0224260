/** Time comes in as an argument everywhere, so that rules are pure and tests hold the clock. */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards (see `systemClock`). */
  now(): number
  /** Runs `callback` after `delayMs`; returns what cancels it. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
}

/**
 * The wall clock at start plus the monotonic clock since: a wall clock that is set back an hour
 * neither revives what is stale nor makes an age negative.
 */
export function systemClock(): Clock {
  const startMs = Date.now() - performance.now()
  return {
    now: () => startMs + performance.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}

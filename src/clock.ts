import { performance } from 'node:perf_hooks'

/** Time comes in as an argument everywhere, so that rules are pure and tests hold the clock. */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards (see `systemClock`). */
  now(): number
  /** Runs `callback` after `delayMs`; returns what cancels it. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
}

/** What a clock goes by, in milliseconds. */
export interface TimeSources {
  /** Since the epoch, as the machine has it: set forwards and backwards. */
  wall(): number
  /** Since anything; stands still while the machine is suspended. */
  monotonic(): number
}

const ofThisMachine: TimeSources = { wall: () => Date.now(), monotonic: () => performance.now() }

/** Further behind the wall clock than this, it was not mere correction (NTP turns both clocks alike): the machine was suspended, or its clock set. */
const BEHIND_MS = 1000
/** The wall clock is looked at so often. */
const LOOK_EACH_MS = 50

/**
 * The wall clock at start plus the monotonic clock since: a wall clock that is set back an hour neither revives what is stale nor
 * makes an age negative. One that is ahead is followed: what was stored before a machine slept is older by its sleep.
 */
export function systemClock({ wall, monotonic }: TimeSources = ofThisMachine): Clock {
  let lookedAt = monotonic()
  let startMs = wall() - lookedAt
  return {
    now() {
      const elapsed = monotonic()
      if (elapsed - lookedAt >= LOOK_EACH_MS) {
        lookedAt = elapsed
        const wallStartMs = wall() - elapsed
        if (wallStartMs - startMs > BEHIND_MS) startMs = wallStartMs
      }
      return startMs + elapsed
    },
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}

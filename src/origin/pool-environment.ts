import type { LookupFunction } from 'node:net'
import type { Clock } from '../clock.ts'
import type { MemberChange } from './member-state.ts'
import type { NameCache } from './names/name-cache.ts'

/** What a pool takes from its surroundings. */
export interface PoolEnvironment {
  readonly clock: Clock
  /** From 0 (inclusive) to 1; `Math.random` when absent. */
  readonly random?: () => number
  /** Name resolution for each connection, with nothing remembered; takes the place of `names`. */
  readonly lookup?: LookupFunction
  /** Names with their addresses, for connections and for members that are found by name; the system's when absent. */
  readonly names?: NameCache
  /** A member became well or sick. */
  readonly onState?: (change: MemberChange) => void
  /** A name that stands for several members was not resolved; the last good ones hold on. */
  readonly onUnresolved?: (error: unknown) => void
  /** Hears of what a handler or sink threw: a defect, contained to one request. A warning of the process when absent. */
  readonly onFault?: (error: unknown) => void
}

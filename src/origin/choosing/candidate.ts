/** What choosing looks at in a member. */
export interface Candidate {
  readonly name: string
  /** Above 0; relative to the other candidates' at this moment. */
  readonly weight: number
  /** Requests it was given and has not finished. */
  readonly load: number
}

/**
 * Picks one of the members that may be asked. `candidates` is never empty and in the order of the configuration.
 *
 * @param key what the request is hashed by; undefined where it lacks that, or nothing is hashed
 */
export type Choose<C extends Candidate = Candidate> = (candidates: readonly C[], key: string | undefined) => C

/** From 0 (inclusive) to 1, as `Math.random`. */
export type Random = () => number

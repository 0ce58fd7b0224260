import type { Member } from './member.ts'

/**
 * Picks one of the members that may be asked. `candidates` is never empty and in the order of the configuration; members
 * that are held down or were tried for this request are already left out.
 */
export type Choose = (candidates: readonly Member[]) => Member

/** Each member in turn; one that is left out loses its turn to the next. */
export function roundRobin(): Choose {
  let turn = 0
  return (candidates) => {
    const chosen = candidates.find((member) => member.index >= turn) ?? candidates[0]!
    turn = chosen.index + 1
    return chosen
  }
}

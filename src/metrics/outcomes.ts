import type { Decision, Outcome } from '../request/proxy-response.ts'

/** In the order of every table of outcomes. */
export const OUTCOMES: readonly Outcome[] = ['hit', 'stale', 'revalidated', 'miss', 'pass', 'local', 'error']

const indexes = new Map(OUTCOMES.map((outcome, index) => [outcome, index]))

export function outcomeIndex(outcome: Outcome): number {
  // Every outcome is in the list: a test compares it with the type.
  return indexes.get(outcome) ?? OUTCOMES.length - 1
}

/** The word that says why it was no hit: the detail of `Cache-Status`, else why it was forwarded. */
export function reasonOf({ outcome, forward, detail }: Decision): string {
  return detail ?? forward ?? outcome
}

import type { Decision, ForwardReason, Outcome } from '../request/proxy-response.ts'

/** How many exchanges were decided so: the words of `Cache-Status`. */
export interface ReasonCount {
  readonly outcome: Outcome
  readonly forward: ForwardReason | undefined
  readonly detail: string | undefined
  readonly count: number
}

/** Far more than there are words; what comes after them is counted without its detail. */
const REASONS_MAX = 500

/** Counts decisions by their words, without making a string for each. */
export class ReasonCounts {
  readonly #counts = new Map<Outcome, Map<ForwardReason | undefined, Map<string | undefined, number>>>()
  #size = 0

  add({ outcome, forward, detail }: Decision, times: number): void {
    const details = this.#details(outcome, forward)
    const word = details.has(detail) || this.#size < REASONS_MAX ? detail : undefined
    const before = details.get(word)
    if (before === undefined) this.#size++
    details.set(word, (before ?? 0) + times)
  }

  all(): ReasonCount[] {
    return [...this.#counts].flatMap(([outcome, forwards]) =>
      [...forwards].flatMap(([forward, details]) =>
        [...details].map(([detail, count]) => ({ outcome, forward, detail, count })),
      ),
    )
  }

  #details(outcome: Outcome, forward: ForwardReason | undefined): Map<string | undefined, number> {
    let forwards = this.#counts.get(outcome)
    if (forwards === undefined) {
      forwards = new Map()
      this.#counts.set(outcome, forwards)
    }
    let details = forwards.get(forward)
    if (details === undefined) {
      details = new Map()
      forwards.set(forward, details)
    }
    return details
  }
}

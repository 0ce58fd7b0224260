import type { Decision, ForwardReason, Outcome } from '../request/proxy-response.ts'

/** How many exchanges were decided so: the words of `Cache-Status`. */
export interface ReasonCount {
  readonly outcome: Outcome
  readonly forward: ForwardReason | undefined
  readonly detail: string | undefined
  readonly count: number
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Far more than there are words; what comes after them is counted without its detail. */
const REASONS_MAX = 500

/** Counts decisions by their words, without making a string for each. */
export class ReasonCounts {
  readonly #counts = new Map<Outcome, Map<ForwardReason | undefined, Map<string | undefined, Writable<ReasonCount>>>>()
  /** One decision is mostly like the one before. */
  #last: Writable<ReasonCount> | undefined
  #size = 0

  add({ outcome, forward, detail }: Decision, times: number): void {
    const last = this.#last
    const isLikeLast = last?.outcome === outcome && last.forward === forward && last.detail === detail
    const reason = isLikeLast ? last : this.#reason(outcome, forward, detail)
    reason.count += times
    this.#last = reason
  }

  all(): ReasonCount[] {
    return [...this.#counts.values()].flatMap((forwards) =>
      [...forwards.values()].flatMap((details) => [...details.values()].map((reason) => ({ ...reason }))),
    )
  }

  #reason(outcome: Outcome, forward: ForwardReason | undefined, detail: string | undefined): Writable<ReasonCount> {
    const details = this.#details(outcome, forward)
    const word = details.has(detail) || this.#size < REASONS_MAX ? detail : undefined
    const known = details.get(word)
    if (known !== undefined) return known
    const reason = { outcome, forward, detail: word, count: 0 }
    details.set(word, reason)
    this.#size++
    return reason
  }

  #details(outcome: Outcome, forward: ForwardReason | undefined): Map<string | undefined, Writable<ReasonCount>> {
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

/** Who is served first: visitors, then crawlers, then refreshes that nobody waits for. */
export type Priority = 'visitor' | 'crawler' | 'background'

export const priorities: readonly Priority[] = ['visitor', 'crawler', 'background']

/** A queue for each priority, one bound for all. Within a priority in order of arrival. */
export class WaitingLine<W> {
  /** By rank; each with the moment at which the wait has been too long, which grows from first to last. */
  readonly #ranks: readonly Map<W, number>[] = priorities.map(() => new Map())
  #size = 0

  get size(): number {
    return this.#size
  }

  /** How many would be served before one of this priority that came now. */
  before(priority: Priority): number {
    const rank = priorities.indexOf(priority)
    return this.#ranks.slice(0, rank + 1).reduce((sum, { size }) => sum + size, 0)
  }

  add(waiter: W, priority: Priority, dueMs: number): void {
    this.#ranks[priorities.indexOf(priority)]!.set(waiter, dueMs)
    this.#size++
  }

  delete(waiter: W): boolean {
    const found = this.#ranks.some((rank) => rank.delete(waiter))
    if (found) this.#size--
    return found
  }

  /** Takes out who is served next. */
  next(): W | undefined {
    for (const rank of this.#ranks) {
      for (const waiter of rank.keys()) {
        this.delete(waiter)
        return waiter
      }
    }
    return undefined
  }

  /** Takes out who makes room for one of this priority: of the least important the last to come, if less important than that. */
  displaced(priority: Priority): W | undefined {
    for (let rank = priorities.length - 1; rank > priorities.indexOf(priority); rank--) {
      const last = [...this.#ranks[rank]!.keys()].at(-1)
      if (last === undefined) continue
      this.delete(last)
      return last
    }
    return undefined
  }

  /** Takes out everybody. */
  clear(): W[] {
    const all = this.#ranks.flatMap((rank) => [...rank.keys()])
    for (const rank of this.#ranks) rank.clear()
    this.#size = 0
    return all
  }

  /** Takes out those who have waited too long. */
  expired(nowMs: number): W[] {
    const expired: W[] = []
    for (const rank of this.#ranks) {
      for (const [waiter, dueMs] of rank) {
        if (dueMs > nowMs) break
        expired.push(waiter)
      }
    }
    for (const waiter of expired) this.delete(waiter)
    return expired
  }

  /** When the next one has waited too long; infinity when nobody waits. */
  get earliestDueMs(): number {
    let earliestMs = Number.POSITIVE_INFINITY
    for (const rank of this.#ranks) {
      for (const dueMs of rank.values()) {
        earliestMs = Math.min(earliestMs, dueMs)
        break
      }
    }
    return earliestMs
  }
}

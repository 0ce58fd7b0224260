/**
 * Holds what comes and goes all the time, each at a place of its own until it is taken out.
 *
 * Not a `Map` or a `Set` of them: V8 makes a new table for one after as many changes as it is large, and links the old table, which
 * still refers to its members, to the new one. Once one such table is in the old generation, all that ever were in those that
 * follow survive with it until the next collection of everything, with all that they refer to: nine kilobytes for each miss,
 * and every collection of the young generation took a hundred times as long.
 */
export class Places<T> {
  readonly #members: (T | undefined)[] = []
  readonly #free: number[] = []

  get count(): number {
    return this.#members.length - this.#free.length
  }

  /** @returns where it is */
  add(member: T): number {
    const place = this.#free.pop() ?? this.#members.length
    this.#members[place] = member
    return place
  }

  at(place: number): T | undefined {
    return this.#members[place]
  }

  /** Leaves the place, which must be taken, to the next that comes. */
  remove(place: number): void {
    this.#members[place] = undefined
    this.#free.push(place)
  }

  *[Symbol.iterator](): Generator<T> {
    for (const member of this.#members) if (member !== undefined) yield member
  }
}

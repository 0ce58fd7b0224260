/** Where there is no member. */
export const NONE = -1

const PLACES_MIN = 16

/**
 * A hash table of small numbers, in arrays of numbers: a million members are no work for V8's garbage collector. What they stand for
 * is known to who keeps them, and so is which of those with one hash is meant.
 */
export class HashChains {
  /** The first of each place of the table. */
  #places = new Int32Array(PLACES_MIN).fill(NONE)
  /** For each member its hash, and the next in its place. */
  #hashes = new Int32Array(PLACES_MIN)
  #next = new Int32Array(PLACES_MIN)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** One of those with this hash, or NONE. */
  first(hash: number): number {
    return this.#from(this.#places[hash & (this.#places.length - 1)]!, hash)
  }

  /** Another with the hash of this member, or NONE behind the last. */
  after(member: number): number {
    return this.#from(this.#next[member]!, this.#hashes[member]!)
  }

  /** Adds what is not a member. */
  add(member: number, hash: number): void {
    if (member >= this.#hashes.length) this.#makeRoom(member)
    if (this.#size === this.#places.length) this.#rehash()
    this.#hashes[member] = hash
    this.#link(member)
    this.#size++
  }

  delete(member: number): void {
    const place = this.#hashes[member]! & (this.#places.length - 1)
    let before = this.#places[place]!
    if (before === member) this.#places[place] = this.#next[member]!
    else {
      while (this.#next[before] !== member) before = this.#next[before]!
      this.#next[before] = this.#next[member]!
    }
    this.#size--
  }

  clear(): void {
    this.#places.fill(NONE)
    this.#size = 0
  }

  #from(first: number, hash: number): number {
    let member = first
    while (member !== NONE && this.#hashes[member] !== hash) member = this.#next[member]!
    return member
  }

  #link(member: number): void {
    const place = this.#hashes[member]! & (this.#places.length - 1)
    this.#next[member] = this.#places[place]!
    this.#places[place] = member
  }

  #makeRoom(member: number): void {
    const room = member + 1 + (member >> 1)
    const bytes = room * Int32Array.BYTES_PER_ELEMENT
    this.#hashes = new Int32Array(this.#hashes.buffer.transfer(bytes))
    this.#next = new Int32Array(this.#next.buffer.transfer(bytes))
  }

  #rehash(): void {
    const before = this.#places
    this.#places = new Int32Array(before.length * 2).fill(NONE)
    for (const first of before) {
      let member = first
      while (member !== NONE) {
        const next = this.#next[member]!
        this.#link(member)
        member = next
      }
    }
  }
}

const NONE = -1

/**
 * A hash table of numbers with the order in which they were used, all in arrays of numbers: a million members are no work for V8's
 * garbage collector. The numbers are small; what they stand for is known to who keeps them.
 */
export class LruOrder {
  /** The first of each place of the table. */
  #places = new Int32Array(64).fill(NONE)
  /** For each member its hash, the next in its place, and its neighbours in the order. */
  #hashes = new Uint32Array(0)
  #next = new Int32Array(0)
  #newer = new Int32Array(0)
  #older = new Int32Array(0)
  #oldest = NONE
  #newest = NONE
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The one used longest ago; undefined when there is none. */
  get oldest(): number | undefined {
    return this.#oldest === NONE ? undefined : this.#oldest
  }

  /** The member with this hash that `isIt` says is meant. */
  find(hash: number, isIt: (member: number) => boolean): number | undefined {
    let member = this.#places[hash & (this.#places.length - 1)]!
    while (member !== NONE) {
      if (this.#hashes[member] === hash && isIt(member)) return member
      member = this.#next[member]!
    }
    return undefined
  }

  /** Adds what is not a member, as the newest. */
  add(member: number, hash: number): void {
    if (member >= this.#hashes.length) this.#makeRoom(member)
    if (this.#size === this.#places.length) this.#rehash(this.#places.length * 2)
    this.#hashes[member] = hash
    const place = hash & (this.#places.length - 1)
    this.#next[member] = this.#places[place]!
    this.#places[place] = member
    this.#link(member)
    this.#size++
  }

  delete(member: number): void {
    this.#unlink(member)
    const place = this.#hashes[member]! & (this.#places.length - 1)
    let before = this.#places[place]!
    if (before === member) this.#places[place] = this.#next[member]!
    else {
      while (this.#next[before] !== member) before = this.#next[before]!
      this.#next[before] = this.#next[member]!
    }
    this.#size--
  }

  /** Makes a member the newest. */
  use(member: number): void {
    if (member === this.#newest) return
    this.#unlink(member)
    this.#link(member)
  }

  /** All, the oldest first, as they are now. */
  members(): Int32Array {
    const members = new Int32Array(this.#size)
    let member = this.#oldest
    for (let i = 0; i < members.length; i++) {
      members[i] = member
      member = this.#newer[member]!
    }
    return members
  }

  #link(member: number): void {
    this.#newer[member] = NONE
    this.#older[member] = this.#newest
    if (this.#newest === NONE) this.#oldest = member
    else this.#newer[this.#newest] = member
    this.#newest = member
  }

  #unlink(member: number): void {
    const newer = this.#newer[member]!
    const older = this.#older[member]!
    if (newer === NONE) this.#newest = older
    else this.#older[newer] = older
    if (older === NONE) this.#oldest = newer
    else this.#newer[older] = newer
  }

  #makeRoom(member: number): void {
    const room = Math.max(64, member + 1, this.#hashes.length + (this.#hashes.length >> 1))
    const bytes = room * Int32Array.BYTES_PER_ELEMENT
    this.#hashes = new Uint32Array(this.#hashes.buffer.transfer(bytes))
    this.#next = new Int32Array(this.#next.buffer.transfer(bytes))
    this.#newer = new Int32Array(this.#newer.buffer.transfer(bytes))
    this.#older = new Int32Array(this.#older.buffer.transfer(bytes))
  }

  #rehash(places: number): void {
    this.#places = new Int32Array(places).fill(NONE)
    for (let member = this.#oldest; member !== NONE; member = this.#newer[member]!) {
      const place = this.#hashes[member]! & (places - 1)
      this.#next[member] = this.#places[place]!
      this.#places[place] = member
    }
  }
}

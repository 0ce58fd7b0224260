import { NONE } from './hash-chains.ts'

const ROOM_MIN = 16

/** The order in which small numbers were used, in arrays of numbers. */
export class UseOrder {
  #newer = new Int32Array(ROOM_MIN)
  #older = new Int32Array(ROOM_MIN)
  #oldest = NONE
  #newest = NONE

  /** The one used longest ago, or NONE. */
  get oldest(): number {
    return this.#oldest
  }

  /** Adds what is not a member, as the newest. */
  add(member: number): void {
    if (member >= this.#newer.length) this.#makeRoom(member)
    this.#link(member)
  }

  /** Makes a member the newest. */
  use(member: number): void {
    if (member === this.#newest) return
    this.delete(member)
    this.#link(member)
  }

  delete(member: number): void {
    const newer = this.#newer[member]!
    const older = this.#older[member]!
    if (newer === NONE) this.#newest = older
    else this.#older[newer] = older
    if (older === NONE) this.#oldest = newer
    else this.#newer[older] = newer
  }

  clear(): void {
    this.#oldest = NONE
    this.#newest = NONE
  }

  /** The member used next after this one, or NONE. */
  newerThan(member: number): number {
    return this.#newer[member]!
  }

  #link(member: number): void {
    this.#newer[member] = NONE
    this.#older[member] = this.#newest
    if (this.#newest === NONE) this.#oldest = member
    else this.#newer[this.#newest] = member
    this.#newest = member
  }

  #makeRoom(member: number): void {
    const bytes = (member + 1 + (member >> 1)) * Int32Array.BYTES_PER_ELEMENT
    this.#newer = new Int32Array(this.#newer.buffer.transfer(bytes))
    this.#older = new Int32Array(this.#older.buffer.transfer(bytes))
  }
}

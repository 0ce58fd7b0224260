/** Many records waste half a block each, and two numbers for every block: of 64 to 256 bytes this wastes least for pages of 1 KB. */
export const BLOCK_BYTES = 128
const SLAB_BLOCKS = 8192
const SLAB_SHIFT = 13
const SLAB_MASK = SLAB_BLOCKS - 1
const SLAB_BYTES = SLAB_BLOCKS * BLOCK_BYTES
/** So many slabs' worth of blocks, or this part of all, may be free. */
const FREE_SLABS = 2
const FREE_PART = 16

/** What a block takes beside its bytes, and a record beside its blocks. */
const LINKS_BYTES = 8
const RECORD_BYTES = 8

/** The end of a record, or of the list of what is free. */
const NONE = -1
const FREE_RECORD = -2
/** Stands in the place of a block's predecessor. */
const FREE = -0x80000000

/** The first `length` of them. */
export interface Bytes {
  readonly bytes: Buffer
  readonly length: number
}

interface Slab {
  readonly bytes: Buffer
  /** For each block the one that follows it in its record, or in the list of free ones. */
  readonly next: Int32Array
  /** The one before it in its record; `~record` for the first; FREE. */
  readonly previous: Int32Array
  used: number
}

/**
 * Records of bytes, each in a chain of blocks, and the blocks in slabs that are never given to anybody: records are copied in and
 * copied out. So a block can be used again at once, and nothing of a record is seen by V8's garbage collector (docs/decisions/garbage.md).
 *
 * A record is named by a number, which is its own until it is deleted. When many blocks are free, those in use of the emptiest slab are
 * moved to others and the slab is given back.
 */
export class BlockStore {
  readonly #slabs: (Slab | undefined)[] = []
  #slabCount = 0
  /** First blocks; of numbers not in use the next of these, as `FREE_RECORD - number`. */
  #firsts = new Int32Array(0)
  #lengths = new Int32Array(0)
  #records = 0
  #freeRecord = NONE
  #freeBlock = NONE
  #freeBlocks = 0

  /** Bytes of all slabs, in use or not, and their tables. */
  get slabBytes(): number {
    return this.#slabCount * SLAB_BLOCKS * (BLOCK_BYTES + LINKS_BYTES)
  }

  has(record: number): boolean {
    return record >= 0 && record < this.#records && this.#firsts[record]! >= 0
  }

  lengthOf(record: number): number {
    return this.#lengths[record]!
  }

  /** Bytes that a record of this length takes in all. */
  static bytesFor(length: number): number {
    return Math.ceil(length / BLOCK_BYTES) * (BLOCK_BYTES + LINKS_BYTES) + RECORD_BYTES
  }

  /** @param content a byte at least */
  add(content: Bytes): number {
    const record = this.#freeRecord === NONE ? this.#newRecord() : this.#freeRecord
    if (record === this.#freeRecord) this.#freeRecord = FREE_RECORD - this.#firsts[record]!
    this.#write(record, content)
    return record
  }

  replace(record: number, content: Bytes): void {
    this.#freeChain(this.#firsts[record]!)
    this.#write(record, content)
    this.#giveBack()
  }

  delete(record: number): void {
    this.#freeChain(this.#firsts[record]!)
    this.#firsts[record] = FREE_RECORD - this.#freeRecord
    this.#freeRecord = record
    this.#giveBack()
  }

  /**
   * Copies the record, or as much of its beginning as there is room for.
   *
   * @returns how many bytes
   */
  read(record: number, into: Buffer): number {
    const length = Math.min(this.#lengths[record]!, into.length)
    let block = this.#firsts[record]!
    for (let at = 0; at < length; ) {
      // Blocks that lie side by side, as those do that were free for the first time, are one copy.
      const slab = this.#slabs[block >> SLAB_SHIFT]!
      const start = block & SLAB_MASK
      let last = block
      let next = slab.next[start]!
      while (next === last + 1 && (next & SLAB_MASK) !== 0) {
        last = next
        next = slab.next[next & SLAB_MASK]!
      }
      const from = start * BLOCK_BYTES
      const bytes = Math.min((last - block + 1) * BLOCK_BYTES, length - at)
      slab.bytes.copy(into, at, from, from + bytes)
      at += bytes
      block = next
    }
    return length
  }

  startsWith(record: number, { bytes, length }: Bytes): boolean {
    if (this.#lengths[record]! < length) return false
    let block = this.#firsts[record]!
    for (let at = 0; at < length; ) {
      const slab = this.#slabs[block >> SLAB_SHIFT]!
      const from = (block & SLAB_MASK) * BLOCK_BYTES - at
      const end = Math.min(at + BLOCK_BYTES, length)
      for (; at < end; at++) if (slab.bytes[from + at] !== bytes[at]) return false
      block = slab.next[block & SLAB_MASK]!
    }
    return true
  }

  #newRecord(): number {
    if (this.#records === this.#firsts.length) {
      const room = Math.max(64, this.#records + (this.#records >> 1))
      this.#firsts = new Int32Array(this.#firsts.buffer.transfer(room * Int32Array.BYTES_PER_ELEMENT))
      this.#lengths = new Int32Array(this.#lengths.buffer.transfer(room * Int32Array.BYTES_PER_ELEMENT))
    }
    return this.#records++
  }

  #write(record: number, { bytes, length }: Bytes): void {
    if (length === 0) throw new RangeError('Cannot keep a record of no bytes')
    this.#lengths[record] = length
    let last = ~record
    for (let at = 0; at < length; ) {
      const first = this.#append(record, last)
      const { bytes: slab } = this.#slabs[first >> SLAB_SHIFT]!
      let end = at + BLOCK_BYTES
      last = first
      // Blocks that lie side by side are one copy, as they are one when they are read.
      while (end < length && this.#freeBlock === last + 1 && (this.#freeBlock & SLAB_MASK) !== 0) {
        last = this.#append(record, last)
        end += BLOCK_BYTES
      }
      bytes.copy(slab, (first & SLAB_MASK) * BLOCK_BYTES, at, Math.min(end, length))
      at = end
    }
  }

  /** Takes a free block, behind that one of the record's. */
  #append(record: number, before: number): number {
    if (this.#freeBlock === NONE) this.#addSlab()
    const block = this.#freeBlock
    const slab = this.#slabs[block >> SLAB_SHIFT]!
    const place = block & SLAB_MASK
    this.#freeBlock = slab.next[place]!
    this.#freeBlocks--
    slab.used++
    slab.previous[place] = before
    slab.next[place] = NONE
    if (before < 0) this.#firsts[record] = block
    else this.#slabs[before >> SLAB_SHIFT]!.next[before & SLAB_MASK] = block
    return block
  }

  /** In the order in which they are, so that the next record of this length is as much in one piece. */
  #freeChain(first: number): void {
    let last = first
    for (let block = first; block !== NONE; ) {
      const slab = this.#slabs[block >> SLAB_SHIFT]!
      const place = block & SLAB_MASK
      slab.previous[place] = FREE
      slab.used--
      this.#freeBlocks++
      last = block
      block = slab.next[place]!
    }
    this.#slabs[last >> SLAB_SHIFT]!.next[last & SLAB_MASK] = this.#freeBlock
    this.#freeBlock = first
  }

  #addSlab(): void {
    const vacant = this.#slabs.indexOf(undefined)
    const number = vacant < 0 ? this.#slabs.length : vacant
    const next = new Int32Array(SLAB_BLOCKS)
    const first = number * SLAB_BLOCKS
    for (let i = 0; i < SLAB_BLOCKS; i++) next[i] = first + i + 1
    next[SLAB_BLOCKS - 1] = this.#freeBlock
    const previous = new Int32Array(SLAB_BLOCKS).fill(FREE)
    // Its pages become resident when they are written to.
    this.#slabs[number] = { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), next, previous, used: 0 }
    this.#slabCount++
    this.#freeBlock = first
    this.#freeBlocks += SLAB_BLOCKS
  }

  #giveBack(): void {
    const room = Math.max(FREE_SLABS * SLAB_BLOCKS, (this.#slabCount * SLAB_BLOCKS) / FREE_PART)
    if (this.#freeBlocks <= room) return
    let emptiest = -1
    for (const [number, slab] of this.#slabs.entries()) {
      if (slab !== undefined && (emptiest < 0 || slab.used < this.#slabs[emptiest]!.used)) emptiest = number
    }
    this.#withoutFreeOf(emptiest)
    const { previous } = this.#slabs[emptiest]!
    for (let place = 0; place < SLAB_BLOCKS; place++) {
      if (previous[place] !== FREE) this.#move(emptiest * SLAB_BLOCKS + place)
    }
    this.#slabs[emptiest] = undefined
    this.#slabCount--
  }

  /** Takes the free blocks of this slab out of the list. */
  #withoutFreeOf(number: number): void {
    let kept = NONE
    for (let block = this.#freeBlock; block !== NONE; ) {
      const next = this.#slabs[block >> SLAB_SHIFT]!.next[block & SLAB_MASK]!
      if (block >> SLAB_SHIFT === number) this.#freeBlocks--
      else {
        if (kept === NONE) this.#freeBlock = block
        else this.#slabs[kept >> SLAB_SHIFT]!.next[kept & SLAB_MASK] = block
        kept = block
      }
      block = next
    }
    if (kept === NONE) this.#freeBlock = NONE
    else this.#slabs[kept >> SLAB_SHIFT]!.next[kept & SLAB_MASK] = NONE
  }

  /** Moves a block in use to a free one. */
  #move(block: number): void {
    const from = this.#slabs[block >> SLAB_SHIFT]!
    const place = block & SLAB_MASK
    const before = from.previous[place]!
    const next = from.next[place]!
    const target = this.#append(~before, before)
    const to = this.#slabs[target >> SLAB_SHIFT]!
    to.next[target & SLAB_MASK] = next
    if (next !== NONE) this.#slabs[next >> SLAB_SHIFT]!.previous[next & SLAB_MASK] = target
    from.bytes.copy(to.bytes, (target & SLAB_MASK) * BLOCK_BYTES, place * BLOCK_BYTES, (place + 1) * BLOCK_BYTES)
  }
}

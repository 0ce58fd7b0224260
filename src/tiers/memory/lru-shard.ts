import { HashChains, NONE } from '../../tables/hash-chains.ts'
import { UseOrder } from '../../tables/use-order.ts'
import { BlockStore, type Bytes } from './block-store.ts'
import { KeyBytes } from './key-bytes.ts'

/** Why a value is not kept any more: `evict` to make room. */
export type Gone = 'evict' | 'set' | 'delete'

/** How values become bytes. */
export interface Packing<V> {
  /** @returns the value behind these bytes, good until the next call; undefined: it is to be kept as it is */
  pack(value: V, behind: Bytes): Bytes | undefined
  /** The value as it may be kept, where it is not packed: it holds no memory but its own. */
  own(value: V): V
  /**
   * @param isLasting it may be kept for long, and holds no memory but its own
   * @returns a value that has nothing of `bytes` in it
   */
  unpack(bytes: Buffer, isLasting: boolean): V
}

export interface LruShardOptions<V> {
  readonly bytesMax: number
  readonly packing: Packing<V>
  /** What a value takes that is kept as it is; or beside its bytes, when it is packed. */
  readonly bytesBeside: (value: V, isPacked: boolean) => number
  /** Called before a value goes. */
  readonly onGone: (key: string, value: () => V, reason: Gone) => void
}

/** What a key takes in the tables beside its record. */
const ENTRY_BYTES = 60

/**
 * An LRU of values by key, within a number of bytes. Keys and values are packed into records; what is too large for that stays an
 * object. A key keeps its number until it goes, whatever happens to its value.
 */
export class LruShard<V extends object> {
  readonly #options: LruShardOptions<V>
  readonly #records = new BlockStore()
  readonly #chains = new HashChains()
  readonly #order = new UseOrder()
  /** By record: values that are not packed. */
  readonly #whole: (V | undefined)[] = []
  #bytesEach = new Float64Array(64)
  /** By record: the age in which its value was set. */
  #ages = new Uint32Array(64)
  #age = 0
  #bytes = 0

  constructor(options: LruShardOptions<V>) {
    this.#options = options
  }

  get size(): number {
    return this.#chains.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The number of a key. */
  find(key: KeyBytes): number | undefined {
    let record = this.#chains.first(key.hash)
    while (record !== NONE && !this.#records.startsWith(record, key)) record = this.#chains.after(record)
    return record === NONE ? undefined : record
  }

  bytesOf(record: number): number {
    return this.#bytesEach[record]!
  }

  wholeOf(record: number): V | undefined {
    return this.#whole[record]
  }

  /** @returns a new value each time */
  unpack(record: number, isLasting = true): V {
    const bytes = this.#read(record)
    return this.#options.packing.unpack(bytes.subarray(KeyBytes.lengthIn(bytes)), isLasting)
  }

  use(record: number): void {
    this.#order.use(record)
  }

  /** @returns false when it is more than the shard may have; then nothing is kept under this key */
  set(key: KeyBytes, value: V): boolean {
    const { packing, bytesBeside, bytesMax } = this.#options
    const known = this.find(key)
    const packed = packing.pack(value, key)
    const content = packed ?? key
    const bytes = ENTRY_BYTES + BlockStore.bytesFor(content.length) + bytesBeside(value, packed !== undefined)
    if (bytes > bytesMax) {
      if (known !== undefined) this.delete(known)
      return false
    }
    const record = known ?? this.#records.add(content)
    if (known === undefined) this.#add(record, key.hash)
    else {
      this.#tell(record, 'set')
      this.#bytes -= this.#bytesEach[record]!
      this.#records.replace(record, content)
      this.#order.use(record)
    }
    this.#whole[record] = packed === undefined ? packing.own(value) : undefined
    this.#bytesEach[record] = bytes
    this.#ages[record] = this.#age
    this.#bytes += bytes
    while (this.#bytes > bytesMax) this.#remove(this.#order.oldest, 'evict')
    return true
  }

  delete(record: number): void {
    this.#remove(record, 'delete')
  }

  /** From here on all that is there is old. */
  age(): void {
    this.#age++
  }

  /** Whether it was set before everything aged last. */
  isOld(record: number): boolean {
    return this.#ages[record] !== this.#age
  }

  /** Those of all keys, the next to go first. */
  records(): Int32Array {
    const records = new Int32Array(this.size)
    let record = this.#order.oldest
    for (let i = 0; i < records.length; i++) {
      records[i] = record
      record = this.#order.newerThan(record)
    }
    return records
  }

  /** The key that has this number now. */
  keyOf(record: number): string | undefined {
    return this.#records.has(record) ? KeyBytes.keyIn(this.#read(record)) : undefined
  }

  #add(record: number, hash: number): void {
    this.#chains.add(record, hash)
    this.#order.add(record)
    if (record < this.#bytesEach.length) return
    const room = record + (record >> 1)
    this.#bytesEach = new Float64Array(this.#bytesEach.buffer.transfer(room * Float64Array.BYTES_PER_ELEMENT))
    this.#ages = new Uint32Array(this.#ages.buffer.transfer(room * Uint32Array.BYTES_PER_ELEMENT))
  }

  #remove(record: number, reason: Gone): void {
    this.#tell(record, reason)
    this.#bytes -= this.#bytesEach[record]!
    this.#whole[record] = undefined
    this.#chains.delete(record)
    this.#order.delete(record)
    this.#records.delete(record)
  }

  #tell(record: number, reason: Gone): void {
    const key = KeyBytes.keyIn(this.#read(record))
    this.#options.onGone(key, () => this.#whole[record] ?? this.unpack(record), reason)
  }

  /** Good until the next one is read. */
  #read(record: number): Buffer {
    const length = this.#records.lengthOf(record)
    if (copy.length < length) copy = Buffer.allocUnsafeSlow(length)
    return copy.subarray(0, this.#records.read(record, copy))
  }
}

/** Where a record is looked at: one place for all, as nobody keeps anything of it. */
let copy = Buffer.allocUnsafeSlow(64 * 1024)

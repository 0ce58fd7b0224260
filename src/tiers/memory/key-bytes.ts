import { isLatin1 } from '../../tables/latin1.ts'
import { hashOf } from '../../tables/text-hash.ts'

const LATIN1 = 0
const UTF16 = 1
/** Length of the key in bytes and how it is written, in front of it. */
const PREFIX_BYTES = 4

/** One cache key at a time as bytes that no other has, none of which is the beginning of another's. */
export class KeyBytes {
  /** The first `length` of them. */
  bytes = Buffer.allocUnsafeSlow(1024)
  length = 0
  /** That of `hashOf`. */
  hash = 0
  #key: string | undefined

  set(key: string): void {
    // The steps of one request ask for the same.
    if (key === this.#key) return
    this.#key = key
    if (PREFIX_BYTES + key.length * 2 > this.bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(PREFIX_BYTES + key.length * 2)
    }
    const { bytes } = this
    const isOneByte = isLatin1(key)
    const keyBytes = bytes.write(key, PREFIX_BYTES, isOneByte ? 'latin1' : 'utf16le')
    bytes.writeUInt32LE(keyBytes * 2 + (isOneByte ? LATIN1 : UTF16), 0)
    this.length = PREFIX_BYTES + keyBytes
    this.hash = hashOf(key)
  }

  /** The same for what is the beginning of more, up to the key's end. */
  static lengthIn(bytes: Buffer): number {
    return PREFIX_BYTES + (bytes.readUInt32LE(0) >>> 1)
  }

  static keyIn(bytes: Buffer): string {
    const encoding = (bytes[0]! & 1) === LATIN1 ? 'latin1' : 'utf16le'
    return bytes.toString(encoding, PREFIX_BYTES, KeyBytes.lengthIn(bytes))
  }
}

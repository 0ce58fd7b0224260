import { randomBytes } from 'node:crypto'

const LATIN1 = 0
const UTF16 = 1
/** Length of the key in bytes and how it is written, in front of it. */
const PREFIX_BYTES = 4

/** Secret, as clients choose the keys: whoever knew it could make very many fall into one place of a table. */
const secret = randomBytes(8)
const SECRET_0 = secret.readInt32LE(0)
const SECRET_1 = secret.readInt32LE(4)

/** One cache key at a time as bytes that no other has, none of which is the beginning of another's. */
export class KeyBytes {
  /** The first `length` of them. */
  bytes = Buffer.allocUnsafeSlow(1024)
  length = 0
  /** Of 32 bits, not negative. */
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
    const isLatin1 = writeLatin1(key, bytes)
    const keyBytes = isLatin1 ? key.length : bytes.write(key, PREFIX_BYTES, 'utf16le')
    bytes.writeUInt32LE(keyBytes * 2 + (isLatin1 ? LATIN1 : UTF16), 0)
    this.length = PREFIX_BYTES + keyBytes
    this.hash = halfSipHash(bytes, this.length)
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

function writeLatin1(key: string, bytes: Buffer): boolean {
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i)
    if (code > 0xff) return false
    bytes[PREFIX_BYTES + i] = code
  }
  return true
}

/** HalfSipHash-1-3, made for tables whose keys are chosen by strangers (Aumasson, Bernstein: SipHash; Linux's `hsiphash`). */
function halfSipHash(bytes: Buffer, length: number): number {
  let a = SECRET_0
  let b = SECRET_1
  let c = 0x6c796765 ^ SECRET_0
  let d = 0x74656462 ^ SECRET_1
  const words = (length >> 2) + 1
  // The last word has what is left, and the length; behind it come the three rounds of the end.
  for (let word = 0; word < words + 3; word++) {
    const at = word * 4
    let message = 0
    if (word < words - 1) {
      message = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    } else if (word === words - 1) {
      message = length << 24
      for (let i = 0; i < (length & 3); i++) message |= bytes[at + i]! << (8 * i)
    } else if (word === words) {
      c ^= 0xff
    }
    d ^= message
    a = (a + b) | 0
    b = ((b << 5) | (b >>> 27)) ^ a
    a = (a << 16) | (a >>> 16)
    c = (c + d) | 0
    d = ((d << 8) | (d >>> 24)) ^ c
    a = (a + d) | 0
    d = ((d << 7) | (d >>> 25)) ^ a
    c = (c + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ c
    c = (c << 16) | (c >>> 16)
    a ^= message
  }
  return (b ^ d) >>> 0
}

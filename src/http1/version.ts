import { DIGIT, DOT, ZERO } from './characters.ts'
import type { RefusalReason } from './refused.ts'

const NAME = Buffer.from('HTTP/', 'latin1')
const MAJOR_AT = 5
const DOT_AT = 6
const MINOR_AT = 7

/** Bytes in `HTTP/1.1`. */
export const VERSION_LENGTH = 8

const LATEST_LINE_END = Buffer.from('HTTP/1.1\r\n', 'latin1')

/** Bytes in `HTTP/1.1` and the line end behind it. */
export const LATEST_LENGTH = LATEST_LINE_END.length

/** `HTTP-version` (RFC 9112 §2.3), byte by byte; the name's case matters. */
export class VersionBytes {
  #major = 0
  #minor = 0

  /** 0 or 1, once all bytes were accepted. */
  get minor(): 0 | 1 {
    return this.#minor === 0 ? 0 : 1
  }

  /**
   * Whether the line ends here in `HTTP/1.1`, as nearly all do; then the version is accepted as a whole. The caller has made
   * sure that so many bytes are there.
   */
  acceptLatest(bytes: Buffer, at: number): boolean {
    for (let i = 0; i < LATEST_LINE_END.length; i++) if (bytes[at + i] !== LATEST_LINE_END[i]) return false
    this.#major = 1
    this.#minor = 1
    return true
  }

  /**
   * @param index which byte of the version this is, from 0
   * @returns why it is refused. A minor version above 1 is refused too: RFC 9110 §2.5 allows it, but llhttp does as we
   *   do, and no such version has ever been sent by an honest client.
   */
  accept(index: number, byte: number): RefusalReason | undefined {
    if (index < MAJOR_AT) return byte === NAME[index] ? undefined : 'bad-version'
    if (index === DOT_AT) return byte === DOT ? undefined : 'bad-version'
    if (DIGIT[byte] !== 1) return 'bad-version'
    if (index < MINOR_AT) {
      this.#major = byte - ZERO
      return undefined
    }
    this.#minor = byte - ZERO
    return this.#major === 1 && this.#minor <= 1 ? undefined : 'unsupported-version'
  }
}

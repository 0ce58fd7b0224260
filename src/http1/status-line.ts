import { CR, DIGIT, FIELD_VALUE, LF, SP, skip, ZERO } from './characters.ts'
import type { RefusalReason } from './refused.ts'
import type { StartLine } from './section-reader.ts'
import { VERSION_LENGTH, VersionBytes } from './version.ts'

/** Where in the line the next byte stands. */
const VERSION = 0
const STATUS = 1
const AFTER_STATUS = 2
const REASON = 3
const LINE_FEED = 4

const STATUS_BEGIN = VERSION_LENGTH + 1
const STATUS_END = STATUS_BEGIN + 3
const STATUS_MIN = 100
const STATUS_MAX = 599

/**
 * `status-line` (RFC 9112 §4), exactly, but for one thing: some origins leave out the reason phrase together with the
 * space before it, which nothing can misunderstand. Nothing may stand before the line.
 */
export class StatusLine implements StartLine {
  readonly #version = new VersionBytes()
  #state = VERSION
  #complete = false
  #problem: RefusalReason | undefined

  status = 0
  readonly reasonBegin = STATUS_END + 1
  reasonEnd = 0

  get complete(): boolean {
    return this.#complete
  }

  get problem(): RefusalReason | undefined {
    return this.#problem
  }

  get minorVersion(): 0 | 1 {
    return this.#version.minor
  }

  reset(): void {
    this.#state = VERSION
    this.#complete = false
    this.#problem = undefined
    this.status = 0
  }

  tooLarge(): RefusalReason {
    return 'head-too-large'
  }

  scan(bytes: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && !this.#complete && this.#problem === undefined) {
      switch (this.#state) {
        case VERSION:
          at = this.#versionByte(bytes, at)
          break
        case STATUS:
          at = this.#statusByte(bytes, at)
          break
        case AFTER_STATUS:
          at = this.#afterStatus(bytes, at)
          break
        case REASON:
          at = this.#reason(bytes, at, to)
          break
        default:
          if (bytes[at] !== LF) return this.#refuse(at, 'bare-cr')
          this.#complete = true
          at++
      }
    }
    return at
  }

  #versionByte(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    if (at === VERSION_LENGTH) return byte === SP ? this.#goOn(at + 1, STATUS) : this.#refuse(at, 'bad-status')
    const problem = this.#version.accept(at, byte)
    return problem === undefined ? at + 1 : this.#refuse(at, problem)
  }

  #statusByte(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    if (DIGIT[byte] !== 1) return this.#refuse(at, 'bad-status')
    this.status = this.status * 10 + byte - ZERO
    if (at + 1 < STATUS_END) return at + 1
    if (this.status < STATUS_MIN || this.status > STATUS_MAX) return this.#refuse(at, 'bad-status')
    return this.#goOn(at + 1, AFTER_STATUS)
  }

  #afterStatus(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    if (byte === SP) return this.#goOn(at + 1, REASON)
    if (byte !== CR) return this.#refuse(at, byte === LF ? 'bare-lf' : 'bad-status')
    this.reasonEnd = this.reasonBegin
    return this.#goOn(at + 1, LINE_FEED)
  }

  #reason(bytes: Buffer, at: number, to: number): number {
    const end = skip(FIELD_VALUE, bytes, at, to)
    if (end === to) return end
    if (bytes[end] !== CR) return this.#refuse(end, bytes[end] === LF ? 'bare-lf' : 'bad-reason-phrase')
    this.reasonEnd = end
    return this.#goOn(end + 1, LINE_FEED)
  }

  #goOn(at: number, state: number): number {
    this.#state = state
    return at
  }

  #refuse(at: number, problem: RefusalReason): number {
    this.#problem = problem
    return at
  }
}

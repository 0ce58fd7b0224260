import { CR, LF, SP, skip, TARGET, TOKEN } from './characters.ts'
import type { RefusalReason } from './refused.ts'
import type { StartLine } from './section-reader.ts'
import { isTargetForm } from './target.ts'
import { LATEST_LENGTH, VERSION_LENGTH, VersionBytes } from './version.ts'

/** Where in the line the next byte stands. */
const EMPTY_LINE = 0
const EMPTY_LINE_FEED = 1
const METHOD = 2
const TARGET_BYTES = 3
const VERSION = 4
const LINE_FEED = 5

/** Clients of old end a body with a line end too many (RFC 9112 §2.2: at least one is to be ignored). */
const EMPTY_LINES_MAX = 2

/** `request-line` (RFC 9112 §3), exactly: one space between the parts, none around them. */
export class RequestLine implements StartLine {
  readonly #targetBytesMax: number
  readonly #version = new VersionBytes()
  #state = EMPTY_LINE
  #emptyLines = 0
  #complete = false
  #problem: RefusalReason | undefined

  methodBegin = 0
  methodEnd = 0
  targetBegin = 0
  targetEnd = 0

  constructor(targetBytesMax: number) {
    this.#targetBytesMax = targetBytesMax
  }

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
    this.#state = EMPTY_LINE
    this.#emptyLines = 0
    this.#complete = false
    this.#problem = undefined
  }

  tooLarge(): RefusalReason {
    return this.#state === TARGET_BYTES ? 'target-too-long' : 'head-too-large'
  }

  scan(bytes: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && !this.#complete && this.#problem === undefined) {
      switch (this.#state) {
        case EMPTY_LINE:
          at = this.#emptyLine(bytes, at)
          break
        case EMPTY_LINE_FEED:
          at = bytes[at] === LF ? this.#goOn(at + 1, EMPTY_LINE) : this.#refuse(at, 'bare-cr')
          break
        case METHOD:
          at = this.#method(bytes, at, to)
          break
        case TARGET_BYTES:
          at = this.#target(bytes, at, to)
          break
        case VERSION:
          at = this.#versionByte(bytes, at)
          break
        default:
          if (bytes[at] !== LF) return this.#refuse(at, 'bare-cr')
          this.#complete = true
          at++
      }
    }
    return at
  }

  #emptyLine(bytes: Buffer, at: number): number {
    if (bytes[at] === CR && this.#emptyLines < EMPTY_LINES_MAX) {
      this.#emptyLines++
      return this.#goOn(at + 1, EMPTY_LINE_FEED)
    }
    this.methodBegin = at
    return this.#goOn(at, METHOD)
  }

  #method(bytes: Buffer, at: number, to: number): number {
    const end = skip(TOKEN, bytes, at, to)
    if (end === to) return end
    if (bytes[end] !== SP || end === this.methodBegin) return this.#refuse(end, 'bad-method')
    this.methodEnd = end
    this.targetBegin = end + 1
    return this.#goOn(end + 1, TARGET_BYTES)
  }

  #target(bytes: Buffer, at: number, to: number): number {
    const tooFar = this.targetBegin + this.#targetBytesMax + 1
    const end = skip(TARGET, bytes, at, Math.min(to, tooFar))
    if (end === tooFar) return this.#refuse(end, 'target-too-long')
    if (end === to) return end
    const problem = this.#targetProblem(bytes, end)
    if (problem !== undefined) return this.#refuse(end, problem)
    this.targetEnd = end
    if (end + 1 + LATEST_LENGTH <= to && this.#version.acceptLatest(bytes, end + 1)) {
      this.#complete = true
      return end + 1 + LATEST_LENGTH
    }
    return this.#goOn(end + 1, VERSION)
  }

  #targetProblem(bytes: Buffer, end: number): RefusalReason | undefined {
    if (end === this.targetBegin) return 'empty-target'
    // HTTP/0.9 ends its line here: without a version there are no fields, so no Host.
    if (bytes[end] === CR) return 'no-version'
    if (bytes[end] !== SP) return bytes[end] === LF ? 'bare-lf' : 'bad-target'
    return isTargetForm(bytes, this) ? undefined : 'bad-target-form'
  }

  #versionByte(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    const index = at - this.targetEnd - 1
    if (index < VERSION_LENGTH) {
      const problem = this.#version.accept(index, byte)
      return problem === undefined ? at + 1 : this.#refuse(at, problem)
    }
    if (byte === CR) return this.#goOn(at + 1, LINE_FEED)
    return this.#refuse(at, byte === LF ? 'bare-lf' : 'bad-version')
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

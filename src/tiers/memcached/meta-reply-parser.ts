/** A reply of memcached's meta protocol: its code (`HD`, `VA`, `EN`, `NS`, `MN`, …), flags, and the value of a `VA`. */
export interface MetaReply {
  readonly code: string
  /** What stands behind the code, and the size of a value: `c12`, `O7`. Of an error its text, as one. */
  readonly flags: readonly string[]
  /** In memory that nobody else writes to; it may be part of a larger piece. Undefined, too, for a `VA` with more than `valueBytesMax`. */
  readonly value: Buffer | undefined
}

export interface MetaParserLimits {
  /** What somebody else wrote may be larger: it is read past, as if it were not there. */
  readonly valueBytesMax: number
}

/** The connection can no longer be understood: it has to be ended. */
export class MetaProtocolError extends Error {}

const LINE_BYTES_MAX = 2_048
/** memcached takes no larger ones. */
const ANY_VALUE_BYTES_MAX = 1024 * 1024 * 1024
const CR = 13
const LF = 10
const NOTHING: Buffer = Buffer.alloc(0)

/**
 * Reads replies from the pieces in which they arrive. All state of a connection's reading is here, and a new connection has a new
 * one: half a reply left over from before would be taken for the beginning of the next.
 */
export class MetaReplyParser {
  readonly #limits: MetaParserLimits
  readonly #onReply: (reply: MetaReply) => void
  /** The beginning of a line whose end has not come. */
  #line = NOTHING
  /** The value being read, with the line end behind it, and how much of it has come. */
  #value: Buffer | undefined
  #valueFilled = 0
  /** Of a value that is read past, with its line end: what has not come. */
  #passingBytes = 0
  #valueFlags: readonly string[] = []

  constructor(limits: MetaParserLimits, onReply: (reply: MetaReply) => void) {
    this.#limits = limits
    this.#onReply = onReply
  }

  /** @throws MetaProtocolError */
  read(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#value !== undefined) rest = this.#readValue(this.#value, rest)
      else rest = this.#passingBytes > 0 ? this.#readPast(rest) : this.#readLine(rest)
    }
  }

  #readLine(rest: Buffer): Buffer {
    const end = rest.indexOf(LF)
    const piece = end === -1 ? rest : rest.subarray(0, end + 1)
    if (this.#line.length + piece.length > LINE_BYTES_MAX) throw new MetaProtocolError('a reply line is too long')
    const line = this.#line.length === 0 ? piece : Buffer.concat([this.#line, piece])
    if (end === -1) {
      // A copy: the chunk's memory is not ours to hold.
      this.#line = Buffer.from(line)
      return rest.subarray(rest.length)
    }
    this.#line = NOTHING
    if (line.length < 2 || line[line.length - 2] !== CR) throw new MetaProtocolError('a reply line ends without CR')
    this.#begin(line.toString('latin1', 0, line.length - 2))
    return rest.subarray(end + 1)
  }

  #begin(line: string): void {
    const [code = '', ...flags] = line.split(' ')
    if (code !== 'VA') {
      const isError = code === 'ERROR' || code === 'CLIENT_ERROR' || code === 'SERVER_ERROR'
      this.#onReply({ code, flags: isError ? [line] : flags.filter((flag) => flag !== ''), value: undefined })
      return
    }
    const [size = '', ...valueFlags] = flags
    if (!/^\d{1,10}$/.test(size)) throw new MetaProtocolError('a value has no size')
    if (Number(size) > ANY_VALUE_BYTES_MAX) throw new MetaProtocolError(`a value has ${size} bytes`)
    this.#valueFlags = valueFlags
    this.#valueFilled = 0
    if (Number(size) > this.#limits.valueBytesMax) this.#passingBytes = Number(size) + 2
    else this.#value = Buffer.allocUnsafe(Number(size) + 2)
  }

  #readPast(rest: Buffer): Buffer {
    const passed = Math.min(this.#passingBytes, rest.length)
    this.#passingBytes -= passed
    if (this.#passingBytes === 0) this.#onReply({ code: 'VA', flags: this.#valueFlags, value: undefined })
    return rest.subarray(passed)
  }

  #readValue(value: Buffer, rest: Buffer): Buffer {
    const taken = rest.copy(value, this.#valueFilled)
    this.#valueFilled += taken
    if (this.#valueFilled === value.length) {
      if (value[value.length - 2] !== CR || value[value.length - 1] !== LF) {
        throw new MetaProtocolError('a value is longer than its size')
      }
      this.#value = undefined
      this.#onReply({ code: 'VA', flags: this.#valueFlags, value: value.subarray(0, -2) })
    }
    return rest.subarray(taken)
  }
}

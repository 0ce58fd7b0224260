import { lowerName, type RawFields } from '../../http/fields.ts'
import type { ExpectedHead } from '../../http1/expected-head.ts'
import { headPieces } from '../../http1/head-pieces.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import type { AnswerTemplate, TemplatedAnswer } from '../../respond/answer-template.ts'
import { frameResponse } from '../response-framing.ts'
import { responseHead } from './response-head.ts'

/**
 * How an answer is written on a connection that is kept, with gaps for what differs from response to response.
 *
 * @returns undefined where it does not say the same as the response
 * @throws ProxyError INTERNAL for what cannot be written as a head
 */
export function templatedAnswer(template: AnswerTemplate, answer: ProxyResponse): TemplatedAnswer | undefined {
  const { expected } = template
  const framed = frameResponse(answer, { method: 'GET', version: '1.1', closes: false })
  // Its bytes are copied behind the head, so they have to be framed in the same way: a 205 has none, whatever was received.
  if (framed.body === undefined || framed.isChunked !== template.isChunked) return undefined
  const head = responseHead(answer, framed, 0)
  const gaps = gapsIn(framed.fields, expected)
  if (gaps === undefined) return undefined
  const pieces = headPieces(head.slice(0, head.indexOf('\r\n')), framed.fields, (index) => gaps.has(index))
  return new GappedAnswer(expected, pieces, [...gaps.values()])
}

/** Where the free values stand: index of a field → index of the value. Several of one name stand in their order. */
function gapsIn(fields: RawFields, { free }: ExpectedHead): Map<number, number> | undefined {
  const gaps = new Map<number, number>()
  const left = free.map(([name, value], index) => ({ name: lowerName(name), value, index }))
  for (let i = 0; i < fields.length; i += 2) {
    const place = left.findIndex(({ name }) => name === lowerName(fields[i]!))
    if (place === -1) continue
    const [next] = left.splice(place, 1)
    if (next!.value !== fields[i + 1]) return undefined
    gaps.set(i, next!.index)
  }
  // Two of a name with one of them gone: which one stays is not known here.
  const written = new Set([...gaps.keys()].map((index) => lowerName(fields[index]!)))
  return left.some(({ name }) => written.has(name)) ? undefined : gaps
}

class GappedAnswer implements TemplatedAnswer {
  readonly #expected: ExpectedHead
  readonly #pieces: readonly Buffer[]
  /** For each gap which of the free values it takes. */
  readonly #values: readonly number[]
  readonly #piecesLength: number
  #response: Buffer = NOTHING
  #length = 0

  constructor(expected: ExpectedHead, pieces: readonly Buffer[], values: readonly number[]) {
    this.#expected = expected
    this.#pieces = pieces
    this.#values = values
    this.#piecesLength = pieces.reduce((sum, { length }) => sum + length, 0)
  }

  of(response: Buffer, length: number): this {
    this.#response = response
    this.#length = length
    return this
  }

  get bytesMax(): number {
    return this.#piecesLength + this.#length
  }

  write(to: Buffer): number {
    const response = this.#response
    const expected = this.#expected
    const pieces = this.#pieces
    to.set(pieces[0]!)
    let at = pieces[0]!.length
    for (let i = 1; i < pieces.length; i++) {
      const value = this.#values[i - 1]!
      const end = expected.valueEnd(value)
      // They are short: a call of the runtime's for each would cost more.
      for (let from = expected.valueBegin(value); from < end; from++) to[at++] = response[from]!
      to.set(pieces[i]!, at)
      at += pieces[i]!.length
    }
    this.#response = NOTHING
    return at + response.copy(to, at, expected.end, this.#length)
  }
}

const NOTHING = Buffer.alloc(0)

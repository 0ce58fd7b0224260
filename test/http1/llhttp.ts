import { METHODS } from 'node:http'
import { createRequire } from 'node:module'
import { latin1 } from './support.ts'

/** The part that is used of Node's binding of llhttp; it has no public types. */
interface HttpParser {
  [event: number]: unknown
  initialize(type: number, resource: object, maxHeaderSize: number, lenientFlags: number): void
  execute(bytes: Buffer): number | Error
  finish(): undefined | Error
}

interface HttpParserClass {
  new (): HttpParser
  readonly REQUEST: number
  readonly RESPONSE: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
  readonly kLenientNone: number
}

const { HTTPParser } = createRequire(import.meta.url)('_http_common') as { readonly HTTPParser: HttpParserClass }

/** Larger than any head of these tests: the limits are ours to test. */
const HEADER_BYTES_MAX = 16 * 1024 * 1024
/** What `kOnHeadersComplete` may answer: the message has no body. */
const SKIP_BODY = 1

/** A message as llhttp, at its strictest, reads it. */
export interface LlhttpMessage {
  readonly methodIndex: number
  readonly target: string
  readonly status: number
  readonly reason: string
  readonly minorVersion: number
  readonly fields: readonly string[]
  readonly trailers: readonly string[]
  readonly data: string
  /** It takes what follows the head for another protocol, so it does not read a body. */
  readonly upgrade: boolean
}

export interface LlhttpResult {
  /** Undefined when it refuses, or wants more. */
  readonly message: LlhttpMessage | undefined
  readonly error: string | undefined
  /** It was satisfied before the last byte. */
  readonly early: boolean
}

export interface LlhttpInput {
  readonly type: 'request' | 'response'
  /** One message, whole. */
  readonly bytes: Buffer
  readonly skipBody?: boolean
  /** The end of the connection belongs to the message. */
  readonly fin?: boolean
}

const parser = new HTTPParser()

export function llhttp({ type, bytes, skipBody = false, fin = false }: LlhttpInput): LlhttpResult {
  let head: Partial<LlhttpMessage> | undefined
  let target = ''
  let data = ''
  let complete = false
  const fields: string[] = []
  const trailers: string[] = []
  parser.initialize(
    type === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE,
    {},
    HEADER_BYTES_MAX,
    HTTPParser.kLenientNone,
  )
  parser[HTTPParser.kOnHeaders] = (some: string[], url: string) => {
    ;(head === undefined ? fields : trailers).push(...some)
    target += url
  }
  parser[HTTPParser.kOnHeadersComplete] = (
    ...[, minor, some, method, url, status, reason, upgrade]: HeadersComplete
  ) => {
    fields.push(...(some ?? []))
    head = {
      methodIndex: method ?? -1,
      target: target + (url ?? ''),
      status: status ?? 0,
      reason: reason ?? '',
      minorVersion: minor,
      upgrade,
    }
    return skipBody ? SKIP_BODY : 0
  }
  parser[HTTPParser.kOnBody] = (some: Buffer) => {
    data += some.toString('latin1')
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    complete = true
  }
  let outcome: unknown = parser.execute(bytes.subarray(0, -1))
  const early = complete
  if (!(outcome instanceof Error)) outcome = parser.execute(bytes.subarray(-1))
  if (fin && !(outcome instanceof Error)) outcome = parser.finish()
  const error =
    outcome instanceof Error ? `${Reflect.get(outcome, 'code')}: ${Reflect.get(outcome, 'reason')}` : undefined
  const message =
    head !== undefined && complete && error === undefined
      ? ({ ...head, fields, trailers, data } as LlhttpMessage)
      : undefined
  return { message, error, early }
}

type HeadersComplete = [
  major: number,
  minor: number,
  fields: string[] | undefined,
  method: number | undefined,
  url: string | undefined,
  status: number | undefined,
  reason: string | undefined,
  upgrade: boolean,
]

/** The methods that llhttp knows, by the number it calls them. */
export const METHOD_OF_INDEX: ReadonlyMap<number, string> = new Map(
  METHODS.flatMap((method) => {
    const target = method === 'CONNECT' ? 'h:80' : '/'
    const { message } = llhttp({ type: 'request', bytes: latin1(`${method} ${target} HTTP/1.1\r\n\r\n`) })
    return message === undefined ? [] : [[message.methodIndex, method] as const]
  }),
)

import { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import { fieldsWithout, NameSet } from '../http/name-set.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'

/** What the request and its connection allow the response. */
export interface ResponseSituation {
  readonly method: string
  readonly version: string
  /** The connection ends after this response whatever its framing. */
  readonly closes: boolean
}

/** What `Connection` says in a response; undefined where it is left out, which in HTTP/1.1 means that the connection is kept. */
export type ConnectionOption = 'close' | 'keep-alive' | undefined

/** How a response goes onto the wire: the same in every lane. */
export interface FramedResponse {
  /** All fields in order, framing and `Connection` at the end. */
  readonly fields: string[]
  /** What is sent of the answer's body. */
  readonly body: Buffer | BodySource | undefined
  /** What Content-Length says, or undefined for none. */
  readonly length: number | undefined
  readonly isChunked: boolean
  readonly connection: ConnectionOption
}

/** Framing is the lane's: whatever a response says about it is left out and written anew. */
const FRAMING = [
  ...['connection', 'content-length', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade'],
]
const LANE_FIELDS = new NameSet(FRAMING)
/** Only a chunked body can have trailers. */
const LANE_FIELDS_AND_TRAILER = new NameSet([...FRAMING, 'trailer'])

/** Decides on the framing of a response (RFC 9112 §6). */
export function frameResponse(answer: ProxyResponse, situation: ResponseSituation): FramedResponse {
  const { version, closes } = situation
  const body = hasBody(answer.status, situation.method) ? answer.body : undefined
  const length = lengthOf(answer, body, situation.method)
  const isChunked = body !== undefined && length === undefined && version === '1.1'
  const fields = fieldsWithout(answer.fields, isChunked ? LANE_FIELDS : LANE_FIELDS_AND_TRAILER)
  if (length !== undefined) fields.push('Content-Length', String(length))
  else if (isChunked) fields.push('Transfer-Encoding', 'chunked')
  const endsByClose = body !== undefined && length === undefined && !isChunked
  const connection = connectionOption(version, closes || endsByClose)
  if (connection !== undefined) fields.push('Connection', connection)
  return { fields, body, length, isChunked, connection }
}

/** What a response has to say to a client of that version (RFC 9112 §9.3). */
export function connectionOption(version: string, closes: boolean): ConnectionOption {
  if (closes) return 'close'
  return version === '1.0' ? 'keep-alive' : undefined
}

/** @throws ProxyError for a status that no final response can have (RFC 9110 §15) */
export function assertFinal({ status }: ProxyResponse): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return
  throw new ProxyError('INTERNAL', `Cannot send response: status ${status}`, { source: 'internal', status: 502 })
}

/** The head of an interim response; a field that cannot be written is left out. */
export function interimHead(status: number, fields: RawFields): string {
  const reason = status === 103 ? 'Early Hints' : status === 102 ? 'Processing' : 'Interim'
  return `HTTP/1.1 ${status} ${reason}\r\n${fieldLines(fields)}\r\n`
}

/** Field lines on the wire; fields with a line end or NUL in them are left out, as they would be more than fields. */
export function fieldLines(fields: RawFields): string {
  let lines = ''
  for (let i = 0; i < fields.length; i += 2) {
    if (!/[\r\n\0]/.test(fields[i]! + fields[i + 1]!)) lines += `${fields[i]}: ${fields[i + 1]}\r\n`
  }
  return lines
}

function hasBody(status: number, method: string): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304
}

function lengthOf(answer: ProxyResponse, body: Buffer | BodySource | undefined, method: string): number | undefined {
  if (answer.status === 204) return undefined
  if (answer.status === 205) return 0
  if (body !== undefined) return body.length
  if (method === 'HEAD' || answer.status === 304) return answer.announcedLength ?? answer.body?.length
  return 0
}

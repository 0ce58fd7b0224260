import { lowerName, type RawFields } from '../http/fields.ts'
import { DIGIT, TOKEN } from './characters.ts'
import { connectionOptions } from './connection.ts'
import type { RequestHead, ResponseHead } from './head.ts'
import { type RefusalReason, type Refused, refused } from './refused.ts'

export { connectionOptions, connectionPersists } from './connection.ts'

/** How the end of a message's body is known (RFC 9112 §6.3). */
export type Framing =
  /** There is no body, whatever the fields say. */
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Only responses. The end of the connection ends it, so nothing proves that it is complete. */
  | { readonly kind: 'until-close' }

export const NO_BODY: Framing = { kind: 'none' }
const CHUNKED: Framing = { kind: 'chunked' }
const UNTIL_CLOSE: Framing = { kind: 'until-close' }

/**
 * How a request's body is framed. Whatever two recipients could read in two ways is refused, and the connection is then to
 * be closed: a `Content-Length` beside a `Transfer-Encoding` or beside another one, even of the same value.
 */
export function requestFraming(head: Pick<RequestHead, 'minorVersion' | 'fields'>): Framing | Refused {
  const found = findFraming(head.fields)
  const problem = found.named ? connectionProblem(head.fields) : undefined
  if (problem !== undefined) return refused('request', problem)
  const framing = framingOf(found, head.minorVersion)
  if (typeof framing === 'string') return refused('request', framing)
  return framing ?? NO_BODY
}

/**
 * How a response's body is framed. As strict as for requests, also where no body can follow: a `Content-Length` of a
 * response to `HEAD` is passed on to clients.
 */
export function responseFraming(
  head: Pick<ResponseHead, 'status' | 'minorVersion' | 'fields'>,
  requestMethod: string,
): Framing | Refused {
  const framing = framingOf(findFraming(head.fields), head.minorVersion)
  if (typeof framing === 'string') return refused('response', framing)
  if (hasNoBody(head.status, requestMethod)) return NO_BODY
  return framing ?? UNTIL_CLOSE
}

/** The value of `Content-Length` once the framing was accepted, also where no body follows it. */
export function announcedLength(fields: RawFields): number | undefined {
  const { length } = findFraming(fields)
  return length === undefined ? undefined : parseLength(length)
}

/** RFC 9112 §6.3 items 1 and 2. */
function hasNoBody(status: number, requestMethod: string): boolean {
  if (requestMethod === 'HEAD' || status < 200 || status === 204 || status === 304) return true
  return requestMethod === 'CONNECT' && status < 300
}

interface FoundFraming {
  readonly length: string | undefined
  readonly lengthRepeated: boolean
  readonly coding: string | undefined
  readonly codingRepeated: boolean
  /** There is a `Connection` field. */
  readonly named: boolean
}

/** Lengths of the three names: others are passed over without another look. */
const CONNECTION_LENGTH = 'connection'.length
const CONTENT_LENGTH_LENGTH = 'content-length'.length
const TRANSFER_ENCODING_LENGTH = 'transfer-encoding'.length

function findFraming(fields: RawFields): FoundFraming {
  let length: string | undefined
  let lengthRepeated = false
  let coding: string | undefined
  let codingRepeated = false
  let named = false
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!
    if (name.length === CONTENT_LENGTH_LENGTH && lowerName(name) === 'content-length') {
      lengthRepeated = length !== undefined
      length = fields[i + 1]!
    } else if (name.length === TRANSFER_ENCODING_LENGTH && lowerName(name) === 'transfer-encoding') {
      codingRepeated = coding !== undefined
      coding = fields[i + 1]!
    } else if (name.length === CONNECTION_LENGTH && lowerName(name) === 'connection') {
      named = true
    }
  }
  return { length, lengthRepeated, coding, codingRepeated, named }
}

/** @returns the framing, or why it is refused, or undefined when the fields say nothing */
function framingOf(found: FoundFraming, minorVersion: 0 | 1): Framing | RefusalReason | undefined {
  if (found.coding !== undefined) {
    if (found.length !== undefined) return 'length-and-coding'
    // HTTP/1.0 knows no Transfer-Encoding: who passed it on may have framed the message by something else (RFC 9112 §6.1).
    if (minorVersion === 0) return 'coding-in-http-1.0'
    if (found.codingRepeated) return 'bad-coding'
    return found.coding.toLowerCase() === 'chunked' ? CHUNKED : codingProblem(found.coding)
  }
  if (found.length === undefined) return undefined
  if (found.lengthRepeated) return 'repeated-length'
  const length = parseLength(found.length)
  return length === undefined ? 'bad-length' : { kind: 'length', length }
}

/** Which it was: a well-formed coding that we do not have (RFC 9112 §6.1: 501), or no way to find the end (§6.3 item 4: 400). */
function codingProblem(value: string): RefusalReason {
  const codings = value.toLowerCase().split(',')
  for (let i = 0; i < codings.length; i++) {
    const coding = codings[i]!.trim()
    if (!isToken(coding)) return 'bad-coding'
    if (coding === 'chunked' && i < codings.length - 1) return 'bad-coding'
  }
  return 'unknown-coding'
}

function isToken(value: string): boolean {
  for (let i = 0; i < value.length; i++) if (TOKEN[value.charCodeAt(i)] !== 1) return false
  return value !== ''
}

/** `1*DIGIT` (RFC 9110 §8.6): no sign, no list, no other base. Undefined also when a number cannot hold it exactly. */
function parseLength(value: string): number | undefined {
  for (let i = 0; i < value.length; i++) if (DIGIT[value.charCodeAt(i)] !== 1) return undefined
  const length = Number(value)
  return value !== '' && Number.isSafeInteger(length) ? length : undefined
}

const NEVER_HOP_BY_HOP: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding'])

/** An intermediary that obeyed would take away the request's framing or its authority (RFC 9110 §7.6.1). */
function connectionProblem(fields: RawFields): RefusalReason | undefined {
  for (const option of connectionOptions(fields)) if (NEVER_HOP_BY_HOP.has(option)) return 'connection-names-framing'
  return undefined
}

import { ProxyError } from '../../errors.ts'
import type { RawFields } from '../../http/fields.ts'
import type { RequestHead } from '../../http1/head.ts'
import { type KeptLines, keptLines } from '../../http1/kept-lines.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import type { MemoryRequest } from '../../proxy/answer-from-memory.ts'
import type { ShortWay } from '../../proxy/short-way.ts'
import type { Scheme } from '../../request/authority.ts'
import { type NormalisedRequest, normalisePlain } from '../../request/normalise.ts'
import { PreparedResponse, type Wire } from '../../respond/prepared-response.ts'
import type { Connection } from '../connection.ts'
import type { LaneContext } from '../lane-context.ts'
import { type ConnectionOption, connectionOption } from '../response-framing.ts'
import { KnownHosts } from './known-hosts.ts'
import { bitsOf, FIELD, type RequestFields } from './request-fields.ts'
import { SoughtNames } from './sought-names.ts'
import { wireOf, wireSaying } from './wire.ts'

/** With one of these a request goes the general way: it may mean more than a hit from memory. */
const UNUSUAL = bitsOf([
  ...[FIELD.te, FIELD.via, FIELD.authorization, FIELD.range, FIELD.ifRange],
  ...[FIELD.ifMatch, FIELD.ifUnmodifiedSince],
])

/** What `decisive` is made of. */
const DECISIVE = [
  ['cache-control', FIELD.cacheControl],
  ['pragma', FIELD.pragma],
  ['if-none-match', FIELD.ifNoneMatch],
  ['if-modified-since', FIELD.ifModifiedSince],
] as const
const DECISIVE_BITS = bitsOf(DECISIVE.map(([, field]) => field))

const KEEP_ALIVE = Buffer.from('keep-alive')
const CLOSE = Buffer.from('close')

const NO_FIELDS: RawFields = []

/**
 * Asks the core for answers from memory, and makes the bytes of those it gives. It is itself what the core is asked about:
 * one object for all requests, one after the other, since an answer is given at once or not at all.
 */
export class Hits implements MemoryRequest {
  readonly #context: LaneContext
  readonly #hosts = new KnownHosts()
  readonly #names = new SoughtNames()
  #request: ScannedRequest | undefined
  #fields: RequestFields | undefined
  method: 'GET' | 'HEAD' = 'GET'
  scheme: Scheme = 'http'
  authority = ''
  target = ''
  decisive = NO_FIELDS
  /** What the answer has to say of the connection. */
  option: ConnectionOption
  takesShortWay = true

  constructor(context: LaneContext) {
    this.#context = context
  }

  /** @returns what answers the request, its bytes ready; or the short way that it goes; undefined when it goes the general way */
  find(
    request: ScannedRequest,
    fields: RequestFields,
    connection: Connection,
  ): PreparedResponse | ShortWay | undefined {
    const { answerFromMemory, settings, isDraining } = this.#context
    if (answerFromMemory === undefined || isDraining) return undefined
    if (connection.served + 1 >= settings.limits.requestsPerConnectionMax) return undefined
    if (!this.#take(request, fields, connection)) return undefined
    try {
      return this.#answer(answerFromMemory(this))
    } catch (error) {
      // The general way has an answer to everything, and says what went wrong if it goes wrong there, too.
      if (!(error instanceof ProxyError)) this.#context.hooks.onInternalError(error)
      return undefined
    }
  }

  #answer(prepared: PreparedResponse | ShortWay | undefined): PreparedResponse | ShortWay | undefined {
    if (!(prepared instanceof PreparedResponse)) return prepared
    const { wire } = prepared
    if (wire !== undefined && wire.untilMs === Number.POSITIVE_INFINITY) return prepared
    const nowMs = this.#context.clock.now()
    if (wire === undefined || nowMs >= wire.untilMs) prepared.wire = wireOf(prepared, this.method, nowMs)
    return prepared
  }

  /** The bytes of what `find` has found. */
  wireFor(hit: PreparedResponse): Wire {
    const wire = hit.wire!
    if (this.option === undefined) return wire
    const saying = wireSaying(this.option, wire)
    hit.addedBytes += saying.bytes.length - wire.bytes.length
    return saying
  }

  /** All of the request that was found out about last. */
  normalised(connection: Connection, { fields }: RequestHead, text: string): NormalisedRequest {
    const { method, scheme, authority, target } = this
    const request = this.#request!
    const linesOf = (kept: RawFields): KeptLines | undefined => keptLines(request, text, fields, kept)
    const { request: settings } = this.#context.settings
    return normalisePlain({ method, scheme, authority, target, fields, linesOf }, connection, settings)
  }

  knows(name: string): boolean {
    const sought = this.#names.of(name)
    if (sought === undefined) return false
    if (typeof sought === 'number') return !this.#fields!.isRepeated(sought)
    const index = this.#request!.indexOf(sought)
    return index === -1 || this.#request!.indexOf(sought, index + 1) === -1
  }

  field(name: string): string | undefined {
    const sought = this.#names.of(name)
    if (sought === undefined) return undefined
    if (typeof sought === 'number') return this.#fields!.value(sought, this.#request!)
    const index = this.#request!.indexOf(sought)
    return index === -1 ? undefined : this.#request!.value(index)
  }

  /** @returns false for a request that is not as plain as a `MemoryRequest` has to be */
  #take(request: ScannedRequest, fields: RequestFields, connection: Connection): boolean {
    const settings = this.#context.settings.request
    const { line, lines, method } = request
    if (method !== 'GET' && method !== 'HEAD') return false
    if (lines.count > settings.fieldsMax || line.targetEnd - line.targetBegin > settings.targetBytesMax) return false
    const persistence = persistenceOf(request, fields)
    if (fields.hasAny(UNUSUAL) || persistence === 'unclear') return false
    const isTrusted = settings.trusted.includes(connection.peerAddress)
    const scheme = isTrusted ? trustedScheme(request, fields, connection.scheme) : connection.scheme
    if (scheme === undefined) return false
    const authority = this.#hosts.authority(request, fields.place(FIELD.host), scheme, settings)
    const decisive = fields.hasAny(DECISIVE_BITS) ? decisiveFields(request, fields) : NO_FIELDS
    if (authority === undefined || decisive === undefined) return false
    this.#request = request
    this.#fields = fields
    this.method = method
    this.scheme = scheme
    this.authority = authority
    this.target = request.target
    this.decisive = decisive
    this.option = connectionOption(line.minorVersion === 0 ? '1.0' : '1.1', persistence === 'close')
    // Of a connection that is not simply kept the general way knows more.
    this.takesShortWay = this.option === undefined
    return true
  }
}

/** Whether the client keeps the connection, where it says that in one of the usual ways (RFC 9112 §9.3). */
function persistenceOf(request: ScannedRequest, fields: RequestFields): 'keep' | 'close' | 'unclear' {
  if (!fields.has(FIELD.connection)) return request.line.minorVersion === 1 ? 'keep' : 'close'
  if (fields.isRepeated(FIELD.connection)) return 'unclear'
  const place = fields.place(FIELD.connection)
  if (request.valueIs(place, KEEP_ALIVE)) return 'keep'
  return request.valueIs(place, CLOSE) ? 'close' : 'unclear'
}

/** What a trusted proxy says of the scheme, where it says it in the one usual way; undefined goes the general way. */
function trustedScheme(request: ScannedRequest, fields: RequestFields, scheme: Scheme): Scheme | undefined {
  if (fields.has(FIELD.forwarded)) return undefined
  if (!fields.has(FIELD.xForwardedProto)) return scheme
  const proto = fields.value(FIELD.xForwardedProto, request)
  return proto === 'http' || proto === 'https' ? proto : undefined
}

/** @returns undefined when one is repeated: how they combine is the general way's to say */
function decisiveFields(request: ScannedRequest, fields: RequestFields): RawFields | undefined {
  const decisive: string[] = []
  for (const [name, field] of DECISIVE) {
    if (!fields.has(field)) continue
    const value = fields.value(field, request)
    if (value === undefined) return undefined
    decisive.push(name, value)
  }
  return decisive
}

import { hasField, type RawFields } from '../../http/fields.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import type { MemoryRequest } from '../../proxy/answer-from-memory.ts'
import { parseAuthority, type Scheme } from '../../request/authority.ts'
import { sortFields } from '../../request/received-fields.ts'
import type { RequestSettings } from '../../request/request-settings.ts'
import { COPIED_BODY_BYTES_MAX, type PreparedResponse, type Wire } from '../../respond/prepared-response.ts'
import type { Connection } from '../connection.ts'
import type { LaneContext } from '../lane-context.ts'
import { frameResponse } from '../response-framing.ts'
import { SlicedBody } from '../sliced-body.ts'
import type { FieldOfInterest, RequestFields } from './request-fields.ts'
import { responseHead } from './response-head.ts'

/** With one of these a request goes the general way: it may mean more than a hit from memory. */
const UNUSUAL = [
  ...['te', 'via', 'authorization', 'range', 'if-range', 'if-match', 'if-unmodified-since'],
] as const satisfies readonly FieldOfInterest[]

/** What `decisive` is made of. */
const DECISIVE = ['cache-control', 'pragma', 'if-none-match', 'if-modified-since'] as const

/** Fields that variants are commonly selected by. What else a `Vary` names is compared on the general way. */
const SELECTING: ReadonlySet<string> = new Set<FieldOfInterest>([
  ...(['accept', 'accept-encoding', 'accept-language', 'cookie', 'origin', 'referer', 'user-agent'] as const),
])

const KEEP_ALIVE = /^keep-alive$/i
const NO_FIELDS: RawFields = []
const NO_OPTIONS: ReadonlySet<string> = new Set()
const AUTHORITIES_MAX = 256

/** Asks the core for answers from memory, and makes the bytes of those it gives. */
export class Hits {
  readonly #context: LaneContext
  /** Host as received → authority, or undefined where it is none that is served; for each scheme. */
  readonly #authorities = { http: new Map<string, string | undefined>(), https: new Map<string, string | undefined>() }
  #settings: RequestSettings | undefined
  #asked: MemoryRequest | undefined

  constructor(context: LaneContext) {
    this.#context = context
  }

  /** What the core was asked last. */
  get asked(): MemoryRequest | undefined {
    return this.#asked
  }

  /** @returns what answers the request, its bytes ready; undefined when it goes the general way */
  find(request: ScannedRequest, fields: RequestFields, connection: Connection): PreparedResponse | undefined {
    const { answerFromMemory, settings, isDraining } = this.#context
    if (answerFromMemory === undefined || isDraining) return undefined
    if (connection.served + 1 >= settings.limits.requestsPerConnectionMax) return undefined
    const wanted = this.#memoryRequest(request, fields, connection)
    const prepared = wanted === undefined ? undefined : answerFromMemory(wanted)
    if (prepared === undefined) return undefined
    this.#asked = wanted
    const nowMs = this.#context.clock.now()
    if (prepared.wire === undefined || nowMs >= prepared.wire.untilMs) {
      prepared.wire = wireOf(prepared, wanted!.method, nowMs)
    }
    // Large bodies go out in slices, so that a client that leaves is seen early.
    return prepared.wire.bodyBytes > SlicedBody.SLICE_BYTES ? undefined : prepared
  }

  #memoryRequest(request: ScannedRequest, fields: RequestFields, connection: Connection): MemoryRequest | undefined {
    const settings = this.#context.settings.request
    const { line, lines } = request
    const { method } = request
    if (method !== 'GET' && method !== 'HEAD') return undefined
    if (lines.count > settings.fieldsMax || line.targetEnd - line.targetBegin > settings.targetBytesMax)
      return undefined
    for (const name of UNUSUAL) if (fields.has(name)) return undefined
    if (fields.has('connection') && !KEEP_ALIVE.test(fields.value('connection') ?? '')) return undefined
    const isTrusted = settings.trusted.includes(connection.peerAddress)
    const scheme = isTrusted ? trustedScheme(fields, connection.scheme) : connection.scheme
    const authority = scheme === undefined ? undefined : this.#authority(fields.value('host') ?? '', scheme, settings)
    if (scheme === undefined || authority === undefined) return undefined
    const decisive = decisiveFields(fields)
    if (decisive === undefined) return undefined
    return {
      method,
      scheme,
      authority,
      target: request.target,
      decisive,
      isConditional: fields.has('if-none-match') || fields.has('if-modified-since'),
      knows: (name) => SELECTING.has(name) && !fields.isRepeated(name as FieldOfInterest),
      field: (name) => fields.value(name as FieldOfInterest),
      allFields: () => sortFields(request.head().fields, NO_OPTIONS, { isTrusted, method, hasBody: false }).fields,
    }
  }

  #authority(host: string, scheme: Scheme, settings: RequestSettings): string | undefined {
    const known = this.#authorities[scheme]
    if (this.#settings !== settings) {
      this.#authorities.http.clear()
      this.#authorities.https.clear()
      this.#settings = settings
    }
    const before = known.get(host)
    if (before !== undefined || known.has(host)) return before
    const parsed = parseAuthority(host, scheme)
    const authority = parsed !== undefined && settings.servesHost?.(parsed) === false ? undefined : parsed
    if (known.size >= AUTHORITIES_MAX) known.clear()
    known.set(host, authority)
    return authority
  }
}

/** What a trusted proxy says of the scheme, where it says it in the one usual way; undefined goes the general way. */
function trustedScheme(fields: RequestFields, scheme: Scheme): Scheme | undefined {
  if (fields.has('forwarded')) return undefined
  if (!fields.has('x-forwarded-proto')) return scheme
  const proto = fields.value('x-forwarded-proto')
  return proto === 'http' || proto === 'https' ? proto : undefined
}

/** @returns undefined when one is repeated: how they combine is the general way's to say */
function decisiveFields(fields: RequestFields): RawFields | undefined {
  let decisive: string[] | undefined
  for (const name of DECISIVE) {
    if (!fields.has(name)) continue
    const value = fields.value(name)
    if (value === undefined) return undefined
    decisive ??= []
    decisive.push(name, value)
  }
  return decisive ?? NO_FIELDS
}

function wireOf({ response }: PreparedResponse, method: string, nowMs: number): Wire {
  const framed = frameResponse(response, { method, version: '1.1', closes: false })
  const hasDate = hasField(framed.fields, 'date')
  const head = responseHead(response, framed, nowMs)
  const body = Buffer.isBuffer(framed.body) ? framed.body : undefined
  const isCopied = body !== undefined && body.length <= COPIED_BODY_BYTES_MAX
  // Exactly its own memory: it is kept for long, and heads are slices of something larger.
  const bytes = Buffer.allocUnsafeSlow(head.length + (isCopied ? body.length : 0))
  head.copy(bytes)
  if (isCopied) body.copy(bytes, head.length)
  return {
    bytes,
    body: isCopied ? undefined : body,
    bodyBytes: body?.length ?? 0,
    untilMs: hasDate ? Number.POSITIVE_INFINITY : Math.floor(nowMs / 1000 + 1) * 1000,
  }
}

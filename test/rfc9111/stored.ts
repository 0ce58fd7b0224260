import type { RawFields } from '../../src/http/fields.ts'
import { responseMetadata } from '../../src/rfc9111/metadata.ts'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { mayStore, type StoringDecision, type StoringPolicy, toStoredResponse } from '../../src/rfc9111/storing.ts'

/** Thu, 01 Jan 2026 00:00:00 GMT: when everything in these tests begins. */
export const startMs = Date.UTC(2026, 0, 1)

export const plainPolicy: StoringPolicy = {
  store: true,
  freshnessSeconds: undefined,
  defaultFreshnessSeconds: undefined,
  negativeSeconds: undefined,
  refreshSeconds: 0,
  setCookie: 'pass',
  originFields: [],
}

/** A date field's value, so many seconds after the start. */
export function dateAt(seconds: number): string {
  return new Date(startMs + seconds * 1000).toUTCString()
}

/** Field lines as one would write them; `Date` is the start where none is given. */
export function fieldLines(...lines: readonly string[]): RawFields {
  const fields: string[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    fields.push(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return fields
}

export interface Exchanged {
  readonly method?: string
  readonly target?: string
  readonly request?: readonly string[]
  readonly requestBody?: string
  readonly status?: number
  readonly response?: readonly string[]
  readonly body?: string
  readonly policy?: Partial<StoringPolicy>
  /** Seconds after the start at which the response arrived. */
  readonly arrivedAt?: number
}

/** What `mayStore` says of an exchange. */
export function storingOf(exchanged: Exchanged): StoringDecision {
  const status = exchanged.status ?? 200
  const policy = { ...plainPolicy, ...exchanged.policy }
  const request = requestOf(exchanged)
  const responseFields = responseFieldsOf(exchanged)
  const responseTimeMs = startMs + (exchanged.arrivedAt ?? 0) * 1000
  const metadata = responseMetadata({ status, fields: responseFields, responseTimeMs, policy })
  const requestHadCookies = request.fields.some((field, i) => i % 2 === 0 && field.toLowerCase() === 'cookie')
  return mayStore({ request, requestHadCookies, status, responseFields, ...metadata, policy })
}

/** The word by which an exchange is refused, or `stored`. */
export function outcomeOf(exchanged: Exchanged): string {
  const decision = storingOf(exchanged)
  return decision.kind === 'store' ? 'stored' : decision.reason
}

/** A stored response built the way it is built for a tier, whether or not it may be stored. */
export function storedResponse(exchanged: Exchanged = {}): StoredResponse {
  const responseTimeMs = startMs + (exchanged.arrivedAt ?? 0) * 1000
  const stored = toStoredResponse({
    request: requestOf(exchanged),
    response: { status: exchanged.status ?? 200, reason: 'OK', fields: responseFieldsOf(exchanged) },
    body: Buffer.from(exchanged.body ?? 'content', 'latin1'),
    requestTimeMs: responseTimeMs,
    responseTimeMs,
    policy: { ...plainPolicy, ...exchanged.policy },
    tags: [],
  })
  if (stored === undefined) throw new Error('The response cannot be stored')
  return stored
}

function requestOf(exchanged: Exchanged) {
  return {
    method: exchanged.method ?? 'GET',
    scheme: 'http',
    authority: 'site.test',
    target: exchanged.target ?? '/page',
    fields: fieldLines(...(exchanged.request ?? [])),
    body: exchanged.requestBody,
  }
}

function responseFieldsOf({ response = [], arrivedAt = 0 }: Exchanged): RawFields {
  const dated = response.some((line) => /^date:/i.test(line))
  return fieldLines(...(dated ? response : [`Date: ${dateAt(arrivedAt)}`, ...response]))
}

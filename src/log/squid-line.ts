import { unreachable } from '../errors.ts'
import type { LoggedExchange } from '../listener/exchange-record.ts'
import { escapeForSquid } from './escape.ts'
import { squidTime } from './log-time.ts'

/**
 * Squid's native format: `%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %un %Sh/%<a %mt`, e.g.
 * `1769903999.123     12 192.0.2.1 TCP_MISS/200 1234 GET http://example.com/ - HIER_DIRECT/main text/html`
 */
export function squidLine(record: LoggedExchange): string {
  const { decision } = record
  const elapsed = String(Math.round(record.endedMs - record.receivedMs)).padStart(6)
  const code = record.complete ? squidCode(record) : `${squidCode(record)}_ABORTED`
  const status = String(record.status).padStart(3, '0')
  const uri = record.target.startsWith('/') ? `${record.scheme}://${record.authority}${record.target}` : record.target
  const hierarchy = decision.origin === undefined ? 'HIER_NONE/-' : `HIER_DIRECT/${escapeForSquid(decision.origin)}`
  return `${squidTime(record.receivedMs)} ${elapsed} ${escapeForSquid(record.clientAddress)} ${code}/${status} ${record.bytesSent} ${orNone(record.method)} ${orNone(uri)} - ${hierarchy} ${mediaType(record.responseType)}\n`
}

/** Squid's word for a part that no request line gave. */
function orNone(value: string): string {
  return value === '' ? 'NONE' : escapeForSquid(value)
}

/** Squid's word for what happened; the nearest one where its set has none. */
export function squidCode({ decision, status }: LoggedExchange): string {
  switch (decision.outcome) {
    case 'hit':
      if (status === 304) return 'TCP_IMS_HIT'
      if (status >= 400) return 'TCP_NEGATIVE_HIT'
      return decision.detail !== undefined && remoteTierWords.has(decision.detail) ? 'TCP_HIT' : 'TCP_MEM_HIT'
    case 'stale':
      // Without a failure it is a background refresh, for which Squid has no word: to a reader of the log it is a hit.
      return decision.forward !== undefined || decision.detail?.startsWith('origin-') === true
        ? 'TCP_REFRESH_FAIL_OLD'
        : 'TCP_HIT'
    case 'revalidated':
      return 'TCP_REFRESH_UNMODIFIED'
    case 'miss':
      if (decision.forward === 'stale') return 'TCP_REFRESH_MODIFIED'
      return decision.forward === 'request' ? 'TCP_CLIENT_REFRESH_MISS' : 'TCP_MISS'
    case 'pass':
      return decision.forward === 'request' ? 'TCP_CLIENT_REFRESH_MISS' : 'TCP_MISS'
    case 'local':
      return deniedStatuses.has(status) ? 'TCP_DENIED' : 'NONE'
    case 'error':
      if (decision.origin !== undefined || decision.forward !== undefined) return 'TCP_MISS'
      return deniedStatuses.has(status) ? 'TCP_DENIED' : 'NONE'
    default:
      return unreachable(decision.outcome)
  }
}

const remoteTierWords = new Set(['redis', 'memcached'])

/** Refused for who asks, not for how: unauthorized, forbidden, too many requests. */
const deniedStatuses = new Set([401, 403, 429])

/** `text/html; charset=utf-8` → `text/html` */
function mediaType(contentType: string | undefined): string {
  if (contentType === undefined || contentType === '') return '-'
  const end = contentType.indexOf(';')
  const type = (end === -1 ? contentType : contentType.slice(0, end)).trim()
  return type === '' ? '-' : escapeForSquid(type)
}

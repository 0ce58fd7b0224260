import type { ExchangeRecord } from '../listener/exchange-record.ts'
import { escapeForApache } from './escape.ts'
import { apacheTime } from './log-time.ts'

/**
 * Apache's `combined`, exactly, so that every reader of it works:
 * `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`.
 * The user stays `-`: it could only come from `Authorization`, which is never logged.
 */
export function combinedLine(record: ExchangeRecord): string {
  const bytes = record.bodyBytesSent === 0 ? '-' : record.bodyBytesSent
  const referer = record.referer === undefined ? '-' : escapeForApache(record.referer)
  const userAgent = record.userAgent === undefined ? '-' : escapeForApache(record.userAgent)
  return `${escapeForApache(record.clientAddress)} - - [${apacheTime(record.receivedMs)}] "${requestLine(record)}" ${record.status || clientLeft} ${bytes} "${referer}" "${userAgent}"\n`
}

/** Apache has no status for a client that left before there was a response, and readers want one: nginx's. */
const clientLeft = 499

/** As received; a dash, as Apache has it, when there was none to be read. */
function requestLine({ method, target, version }: ExchangeRecord): string {
  if (method === '') return '-'
  return `${escapeForApache(method)} ${escapeForApache(target)}${version === '' ? '' : ` HTTP/${escapeForApache(version)}`}`
}

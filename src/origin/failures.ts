import { ProxyError } from '../errors.ts'
import type { Refused } from '../http1/refused.ts'
import { OriginOverloadedError, type Overload } from './overloaded-error.ts'

/** Our own limits, not the origin's: too many open files, no free port or memory for another socket. */
const ownLimits = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])
const nameFailures = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL'])

/** No connection came about. */
export function connectFailed(origin: string, cause: unknown): ProxyError {
  const code = errorCode(cause)
  if (ownLimits.has(code)) {
    const message = `Cannot connect to origin "${origin}": this process has no socket left (${code})`
    return new ProxyError('ORIGIN_OVERLOADED', message, { source: 'internal', status: 503, cause })
  }
  if (nameFailures.has(code)) {
    const message = `Cannot connect to origin "${origin}": its name does not resolve (${code})`
    return new ProxyError('ORIGIN_UNRESOLVED', message, { source: 'origin', status: 502, retryable: true, cause })
  }
  const message = `Cannot connect to origin "${origin}": ${describe(cause)}`
  return new ProxyError('ORIGIN_REFUSED', message, { source: 'origin', status: 502, retryable: true, cause })
}

export function connectTimedOut(origin: string, waitedMs: number): ProxyError {
  const message = `Cannot connect to origin "${origin}": no connection after ${waitedMs} ms`
  return new ProxyError('ORIGIN_CONNECT_TIMEOUT', message, { source: 'origin', status: 504, retryable: true })
}

/** The connection ended before the response's head was there. `cause` is undefined when it was closed in order. */
export function connectionLost(origin: string, lost: { responseSeen: boolean; cause: unknown }): ProxyError {
  const { responseSeen, cause } = lost
  const where = responseSeen ? 'within the header section' : 'before the first byte'
  const how = cause === undefined ? 'closed' : describe(cause)
  const message = `Cannot read response from origin "${origin}": connection ${how} ${where}`
  return new ProxyError('ORIGIN_RESET', message, { source: 'origin', status: 502, retryable: true, cause })
}

/** Not retryable: the client has waited the whole limit, and what is slow on one member is slow on the next. */
export function headTimedOut(origin: string, waitedMs: number): ProxyError {
  const message = `Cannot read response from origin "${origin}": no header section after ${waitedMs} ms`
  return new ProxyError('ORIGIN_TIMEOUT', message, { source: 'origin', status: 504 })
}

export function wholeTimedOut(origin: string, waitedMs: number): ProxyError {
  const message = `Cannot read response from origin "${origin}": not complete after ${waitedMs} ms`
  return new ProxyError('ORIGIN_TIMEOUT', message, { source: 'origin', status: 504 })
}

export function uploadStalled(origin: string, waitedMs: number): ProxyError {
  const message = `Cannot send request body to origin "${origin}": nothing taken for ${waitedMs} ms`
  return new ProxyError('ORIGIN_STALLED', message, { source: 'origin', status: 504 })
}

export function bodyStalled(origin: string, waitedMs: number): ProxyError {
  const message = `Cannot read response body from origin "${origin}": no byte for ${waitedMs} ms`
  return new ProxyError('ORIGIN_STALLED', message, { source: 'origin', status: 504 })
}

/** The body ended before its framing said so. */
export function bodyCut(origin: string, cause: unknown): ProxyError {
  const how = cause === undefined ? 'connection closed' : describe(cause)
  const message = `Cannot read response body from origin "${origin}": ${how} before the end of the body`
  return new ProxyError('ORIGIN_CUT', message, { source: 'origin', status: 502, cause })
}

/** @param found what was wrong, or the codec's whole sentence about it */
export function badResponse(origin: string, found: string): ProxyError {
  const message = unusable(origin, found)
  return new ProxyError('ORIGIN_BAD_RESPONSE', message, { source: 'origin', status: 502 })
}

/** The codec would not read the response's head, or its framing. */
export function refusedHead(origin: string, { reason, message: found }: Refused): ProxyError {
  if (reason !== 'head-too-large' && reason !== 'too-many-fields') return badResponse(origin, found)
  const message = unusable(origin, found)
  return new ProxyError('ORIGIN_HEAD_TOO_LARGE', message, { source: 'origin', status: 502 })
}

/** @param load how long the queue is, and when there may be room again */
export function queueFull(origin: string, load: Overload): ProxyError {
  const message = `Cannot ask origin "${origin}": ${load.waiting} requests already wait for a connection`
  return new OriginOverloadedError(message, { ...load, retryable: true })
}

/** There would have been a place in the queue, but something stored can be served at once. */
export function notWorthWaiting(origin: string, load: Overload): ProxyError {
  const message = `Cannot ask origin "${origin}" at once: all its connections are in use`
  return new OriginOverloadedError(message, { ...load, retryable: true })
}

export function queuedTooLong(origin: string, waitedMs: number, load: Overload): ProxyError {
  const message = `Cannot ask origin "${origin}": no connection was free for ${waitedMs} ms`
  return new OriginOverloadedError(message, { ...load, retryable: false })
}

/** The member is left for another one: nobody hears of it. */
export function superseded(origin: string): ProxyError {
  const message = `Cannot use response from origin "${origin}": another member was asked`
  return new ProxyError('CANCELLED', message, { source: 'internal', status: 502 })
}

/** @param origins names of the members that are held down */
export function sick(origins: string): ProxyError {
  const message = `Cannot ask origin ${origins}: held down after failures`
  return new ProxyError('ORIGIN_SICK', message, { source: 'origin', status: 503, retryable: true })
}

/** @param origins names of the members, all of which get nothing new */
export function drained(origins: string): ProxyError {
  const message = `Cannot ask origin ${origins}: drained`
  return new ProxyError('ORIGIN_SICK', message, { source: 'origin', status: 503, retryable: true })
}

/** Tells the source of a request body that the origin answered without waiting for it. */
export function bodyNotWanted(origin: string): ProxyError {
  const message = `Cannot send the rest of the request body: origin "${origin}" has already answered`
  return new ProxyError('CANCELLED', message, { source: 'origin', status: 502 })
}

export function probeTimedOut(origin: string, waitedMs: number): ProxyError {
  const message = `Cannot probe origin "${origin}": no answer after ${waitedMs} ms`
  return new ProxyError('ORIGIN_TIMEOUT', message, { source: 'origin', status: 504 })
}

/** A defect of this program, contained to one request. */
export function internal(message: string, cause: unknown): ProxyError {
  return new ProxyError('INTERNAL', message, { source: 'internal', status: 500, cause })
}

function unusable(origin: string, found: string): string {
  return `Cannot use response from origin "${origin}": ${found.replace(/^Cannot read \w+: /, '')}`
}

function errorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

function describe(cause: unknown): string {
  const code = errorCode(cause)
  if (code === 'ECONNREFUSED') return 'connection refused'
  if (code === 'ECONNRESET') return 'reset'
  // An error over several addresses has a code and no message.
  const text = (cause instanceof Error ? cause.message : String(cause)) || code
  return code === '' || text.includes(code) ? text : `${text} (${code})`
}

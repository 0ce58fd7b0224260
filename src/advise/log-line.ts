import { isIP } from 'node:net'

/** One request as an access log knows it. */
export interface LoggedRequest {
  /** Milliseconds since the epoch. */
  readonly timeMs: number
  readonly method: string
  /** Empty where the log does not say. */
  readonly authority: string
  /** Path and query, as received. */
  readonly target: string
  readonly status: number
  /** Of the body. */
  readonly bytes: number
  /** The `Cookie` field, where the log has it behind the user agent; undefined otherwise. */
  readonly cookie: string | undefined
  /** Whether a cache answered it without waiting for the origin, where the log says so. */
  readonly isHit?: boolean
  /** What is known of the response that was really given; a log does not know it. */
  readonly known?: KnownResponse
}

export interface KnownResponse {
  /** Why it was no hit: the word of `Cache-Status`. */
  readonly reason: string
  /** Freshness lifetime of what was stored; undefined when it was not stored. */
  readonly lifetimeSeconds: number | undefined
}

/**
 * Reads a line of Apache's or nginx's `common`, `combined` or `vhost_combined`, with anything quoted behind it, of Squid's
 * native format, or of our own JSON. Never throws.
 *
 * @returns undefined for what is none, or says nothing of a request that could be read
 */
export function parseLogLine(line: string): LoggedRequest | undefined {
  if (line.startsWith('{')) return fromJson(line)
  return fromApache(line) ?? fromSquid(line)
}

/** `1769903999.123     12 192.0.2.1 TCP_MISS/200 1234 GET http://example.com/a - HIER_DIRECT/main text/html` */
const squidPattern = /^(\d{1,12})\.(\d{3}) +\d+ \S+ ([A-Z_]+)\/(\d{3}) (\d{1,15}) (\S+ \S+) /

function fromSquid(line: string): LoggedRequest | undefined {
  const [, seconds, milliseconds, code = '', status, bytes, request = ''] = squidPattern.exec(line) ?? []
  const start = requestLine(request)
  if (start === undefined) return undefined
  return {
    timeMs: Number(seconds) * 1000 + Number(milliseconds),
    ...start,
    status: Number(status),
    bytes: Number(bytes),
    cookie: undefined,
    isHit: isSquidHit(code),
  }
}

/** A word with `HIT` is an answer from the cache, also when the client left before its end; `REFRESH` asked the origin. */
function isSquidHit(code: string): boolean {
  return /_HIT(_|$)/.test(code) || code.startsWith('TCP_REFRESH_FAIL_OLD')
}

/** `client ident user [time] "request" status bytes "referer" "user agent" …`, the virtual host before it or not. */
function fromApache(line: string): LoggedRequest | undefined {
  const open = line.indexOf(' [')
  const close = line.indexOf('] "', open)
  if (open === -1 || close === -1) return undefined
  const timeMs = apacheTimeMs(line.slice(open + 2, close))
  const request = quotedAt(line, close + 2)
  if (timeMs === undefined || request === undefined) return undefined
  const rest = /^ (\d{3}) (\d{1,15}|-)(?= |$)/.exec(line.slice(request.end, request.end + 24))
  const start = requestLine(request.text)
  if (rest === null || start === undefined) return undefined
  const before = line.slice(0, open).split(' ')
  // With the virtual host in front the client comes second.
  const host = isIP(before[1] ?? '') === 0 ? null : /^([\w.-]+|\[[0-9a-f:]+\])(:\d+)?$/i.exec(before[0]!)
  return {
    timeMs,
    ...start,
    authority: start.authority === '' ? (host?.[1]?.toLowerCase() ?? '') : start.authority,
    status: Number(rest[1]),
    bytes: rest[2] === '-' ? 0 : Number(rest[2]),
    cookie: cookieBehind(line, request.end + rest[0].length),
  }
}

/** The first quoted text behind referer and user agent that looks like cookies. */
function cookieBehind(line: string, from: number): string | undefined {
  let position = from
  for (let count = 0; count < 8; count++) {
    const open = line.indexOf('"', position)
    const quoted = open === -1 ? undefined : quotedAt(line, open)
    if (quoted === undefined) return undefined
    if (count >= 2 && /^[^\s;=,"]+=[^;]*(; ?[^\s;=]+=[^;]*)*;?$/.test(quoted.text)) return quoted.text
    position = quoted.end
  }
  return undefined
}

interface Quoted {
  readonly text: string
  /** Behind the closing quote. */
  readonly end: number
}

/** The text between the quote at `open` and its end, with Apache's and nginx's escapes undone. */
function quotedAt(line: string, open: number): Quoted | undefined {
  if (line[open] !== '"') return undefined
  for (let i = open + 1; i < line.length; i++) {
    if (line[i] === '\\') i++
    else if (line[i] === '"') return { text: unescaped(line.slice(open + 1, i)), end: i + 1 }
  }
  return undefined
}

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', v: '\v', f: '\f' }

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(x([0-9A-Fa-f]{2})|.)/gs, (_, escaped: string, hex: string | undefined) =>
    hex === undefined ? (controls[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** `GET /path?query HTTP/1.1`, also in absolute-form. */
function requestLine(text: string): Pick<LoggedRequest, 'method' | 'target' | 'authority'> | undefined {
  const [, method, target] =
    /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([^\x00-\x20\x7f]+)(?: HTTP\/\d(?:\.\d)?)?$/.exec(text) ?? []
  if (method === undefined || target === undefined) return undefined
  if (target.startsWith('/')) return { method, target, authority: '' }
  const [, authority, path] = /^https?:\/\/([^/?#]+)([/?].*)?$/i.exec(target) ?? []
  if (authority === undefined) return undefined
  return {
    method,
    target: path?.startsWith('/') === true ? path : `/${path ?? ''}`,
    authority: authority.toLowerCase(),
  }
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** `31/Jan/2026:23:59:59 +0100` */
function apacheTimeMs(text: string): number | undefined {
  const parts = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/.exec(text)
  if (parts === null) return undefined
  const month = MONTHS.indexOf(parts[2]!) / 3
  if (!Number.isInteger(month) || month < 0) return undefined
  const at = (index: number): number => Number(parts[index])
  const offsetMinutes = (at(8) * 60 + at(9)) * (parts[7] === '-' ? -1 : 1)
  return Date.UTC(at(3), month, at(1), at(4), at(5), at(6)) - offsetMinutes * 60_000
}

function fromJson(line: string): LoggedRequest | undefined {
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return undefined // counted as malformed
  }
  if (typeof record !== 'object' || record === null) return undefined
  const { time, method, authority, target, status, bytes, outcome } = record as Readonly<Record<string, unknown>>
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  const start = requestLine(`${String(method)} ${String(target)}`)
  if (Number.isNaN(timeMs) || start === undefined || typeof status !== 'number') return undefined
  const host = typeof authority === 'string' ? authority : ''
  const length = typeof bytes === 'number' && bytes >= 0 ? bytes : 0
  const request = { timeMs, ...start, authority: start.authority || host, status, bytes: length, cookie: undefined }
  return typeof outcome === 'string' ? { ...request, isHit: outcome === 'hit' || outcome === 'stale' } : request
}

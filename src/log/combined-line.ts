import type { AnsweredHit, LoggedExchange } from '../listener/exchange-record.ts'
import { escapeForApache } from './escape.ts'
import type { LineBytes } from './line-bytes.ts'
import { apacheTime, oncePerSecond } from './log-time.ts'

/**
 * Apache's `combined`, exactly, so that every reader of it works:
 * `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`.
 * The user stays `-`: it could only come from `Authorization`, which is never logged.
 */
export function combinedLine(record: LoggedExchange): string {
  const bytes = record.bodyBytesSent === 0 ? '-' : record.bodyBytesSent
  const referer = record.referer === undefined ? '-' : escapeForApache(record.referer)
  const userAgent = record.userAgent === undefined ? '-' : escapeForApache(record.userAgent)
  return `${escapeForApache(record.clientAddress)} - - [${apacheTime(record.receivedMs)}] "${requestLine(record)}" ${record.status || clientLeft} ${bytes} "${referer}" "${userAgent}"\n`
}

/** Apache has no status for a client that left before there was a response, and readers want one: nginx's. */
const clientLeft = 499

/** As received; a dash, as Apache has it, when there was none to be read. */
function requestLine({ method, target, version }: LoggedExchange): string {
  if (method === '') return '-'
  return `${escapeForApache(method)} ${escapeForApache(target)}${version === '' ? '' : ` HTTP/${escapeForApache(version)}`}`
}

/** What a line has beside the bytes of the request: address, time, numbers, quotes. Generously. */
const besideRequestMax = 256

/**
 * The same line, copied from where the request lies.
 *
 * @returns false when something has to be escaped: then nothing is appended, and `combinedLine` knows how
 */
export function appendCombinedHit(line: LineBytes, hit: AnsweredHit): boolean {
  const { request } = hit
  const { length } = line
  line.reserve(request.end + besideRequestMax)
  if (appendPlain(line, hit)) return true
  line.cut(length)
  return false
}

function appendPlain(line: LineBytes, hit: AnsweredHit): boolean {
  const { request, bodyBytesSent } = hit
  if (!line.plainText(hit.clientAddress)) return false
  line.bytes(beforeRequest(Math.floor(hit.receivedMs / 1000)))
  if (!line.plain(request.bytes, request.line.methodBegin, request.line.targetEnd)) return false
  line.bytes(afterTarget[request.line.minorVersion])
  line.digits(hit.status)
  line.bytes(space)
  if (bodyBytesSent === 0) line.bytes(dash)
  else line.digits(bodyBytesSent)
  line.bytes(beforeReferer)
  if (!appendField(line, request, referer)) return false
  line.bytes(beforeUserAgent)
  if (!appendField(line, request, userAgent)) return false
  line.bytes(end)
  return true
}

function appendField(line: LineBytes, request: AnsweredHit['request'], name: Uint8Array): boolean {
  const index = request.indexOf(name)
  if (index !== -1) return line.plain(request.bytes, request.lines.valueBegin(index), request.lines.valueEnd(index))
  line.bytes(dash)
  return true
}

const referer = Buffer.from('referer')
const userAgent = Buffer.from('user-agent')
const beforeRequest = oncePerSecond((second) => Buffer.from(` - - [${apacheTime(second * 1000)}] "`))
const afterTarget = [Buffer.from(' HTTP/1.0" '), Buffer.from(' HTTP/1.1" ')] as const
const space = Buffer.from(' ')
const dash = Buffer.from('-')
const beforeReferer = Buffer.from(' "')
const beforeUserAgent = Buffer.from('" "')
const end = Buffer.from('"\n')

import { ASTERISK, AUTHORITY, COLON, DIGIT, QUESTION_MARK, SCHEME, SLASH, SP, skip } from './characters.ts'

export interface TargetPlace {
  readonly methodBegin: number
  readonly methodEnd: number
  readonly targetBegin: number
}

const CONNECT = Buffer.from('CONNECT')

/**
 * Whether a request target has one of the four forms of RFC 9112 §3.2, and `CONNECT` the one that is its own.
 * Only the form: which authority is served, and that `*` belongs to `OPTIONS`, is not for a parser to know.
 *
 * @param bytes what follows the target is a space, and all before it are bytes that a target may have
 */
export function isTargetForm(bytes: Buffer, { methodBegin, methodEnd, targetBegin }: TargetPlace): boolean {
  const first = bytes[targetBegin]
  const isConnect = bytes[methodBegin] === CONNECT[0] && isSpelled(bytes, methodBegin, methodEnd, CONNECT)
  if (isConnect) return isHostAndPort(bytes, targetBegin)
  if (first === SLASH) return true
  if (first === ASTERISK) return bytes[targetBegin + 1] === SP
  return isAbsolute(bytes, targetBegin)
}

/** `scheme "://" authority` and then path or query (RFC 9110 §4.2.1); no user information (§4.2.4). */
function isAbsolute(bytes: Buffer, begin: number): boolean {
  const colon = skip(SCHEME, bytes, begin, bytes.length)
  if (colon === begin || bytes[colon] !== COLON) return false
  if (bytes[colon + 1] !== SLASH || bytes[colon + 2] !== SLASH) return false
  const authority = colon + 3
  const end = skip(AUTHORITY, bytes, authority, bytes.length)
  return end > authority && (bytes[end] === SLASH || bytes[end] === QUESTION_MARK || bytes[end] === SP)
}

/** `uri-host ":" port`, both there (RFC 9112 §3.2.3). */
function isHostAndPort(bytes: Buffer, begin: number): boolean {
  const end = skip(AUTHORITY, bytes, begin, bytes.length)
  let port = end
  while (port > begin && DIGIT[bytes[port - 1]!] === 1) port--
  return bytes[end] === SP && port < end && port - 1 > begin && bytes[port - 1] === COLON
}

function isSpelled(bytes: Buffer, begin: number, end: number, word: Uint8Array): boolean {
  if (end - begin !== word.length) return false
  for (let i = 0; i < word.length; i++) if (bytes[begin + i] !== word[i]) return false
  return true
}

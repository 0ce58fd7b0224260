/**
 * What may stand in a log line as it is: printable ASCII except the quote and the backslash. Everything a client can
 * send beyond that is escaped, so that nobody forges a line or drives the terminal of whoever reads it (CWE-117).
 */
const plain = /^[ !#-[\]-~]*$/
const notPlain = /[^ !#-[\]-~]/g
const notPlainNorSpace = /[^!#-[\]-~]/g

/** 1 for the bytes that are plain in this sense. */
export const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (plain.test(String.fromCharCode(byte)) ? 1 : 0))

/** For a quoted value of Apache's formats: `\"`, `\\`, `\xhh`. Apache's own escaping, so its readers undo it. */
export function escapeForApache(value: string): string {
  return plain.test(value) ? value : value.replace(notPlain, apacheEscape)
}

/** For the inside of a JSON string. Non-ASCII is escaped as well: U+2028 and C1 controls are legal JSON but not one line. */
export function escapeForJson(value: string): string {
  return plain.test(value) ? value : value.replace(notPlain, jsonEscape)
}

/** For a value of a format that separates values by spaces: percent-encoded, as Squid logs a URL. */
export function escapeForSquid(value: string): string {
  return plain.test(value) && !value.includes(' ') ? value : value.replace(notPlainNorSpace, percentEscape)
}

function apacheEscape(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  return bytesOf(character).reduce((text, byte) => `${text}\\x${hex(byte, 2)}`, '')
}

function jsonEscape(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  return `\\u${hex(character.charCodeAt(0), 4)}`
}

function percentEscape(character: string): string {
  return bytesOf(character).reduce((text, byte) => `${text}%${hex(byte, 2).toUpperCase()}`, '')
}

/** A character of a field value is a byte (latin1); one above comes from elsewhere and is written in UTF-16's two. */
function bytesOf(character: string): number[] {
  const code = character.charCodeAt(0)
  return code < 256 ? [code] : [code >> 8, code & 255]
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

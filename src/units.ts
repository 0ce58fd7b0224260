import { isIPv4, isIPv6 } from 'node:net'

/** A text that is not the amount, size or address it should be: what would be, and what was probably meant. */
export class FormatError extends Error {
  readonly expected: string
  /** A text that would have been accepted. */
  readonly suggestion: string | undefined

  constructor(found: string, expected: string, suggestion?: string) {
    super(`found ${JSON.stringify(found)}, expected ${expected}${suggestion ? `; did you mean "${suggestion}"?` : ''}`)
    this.name = 'FormatError'
    this.expected = expected
    this.suggestion = suggestion
  }
}

interface Unit {
  readonly name: string
  readonly factor: number
}

/** Largest first, the order in which a duration names them. */
const durationUnits: readonly Unit[] = [
  { name: 'w', factor: 604_800_000 },
  { name: 'd', factor: 86_400_000 },
  { name: 'h', factor: 3_600_000 },
  { name: 'm', factor: 60_000 },
  { name: 's', factor: 1_000 },
  { name: 'ms', factor: 1 },
]

const sizeUnits: readonly Unit[] = [
  { name: 'TiB', factor: 1024 ** 4 },
  { name: 'GiB', factor: 1024 ** 3 },
  { name: 'MiB', factor: 1024 ** 2 },
  { name: 'KiB', factor: 1024 },
  { name: 'TB', factor: 1e12 },
  { name: 'GB', factor: 1e9 },
  { name: 'MB', factor: 1e6 },
  { name: 'KB', factor: 1e3 },
  { name: 'B', factor: 1 },
]

export const DURATION_EXPECTED = 'a duration such as 90s, 10m or 1d12h'
export const SIZE_EXPECTED = 'a size such as 64KiB, 256MiB or 2GB'
const HOST_PORT_EXPECTED = 'an address and port such as 0.0.0.0:8080 or [::1]:8080'

/**
 * Reads `90s`, `10m`, `1d12h`, `1.5h`, `250ms`: amounts with units, larger units first. Only zero needs no unit: a bare `10`
 * means seconds to one reader and milliseconds to the next.
 *
 * @returns whole milliseconds
 * @throws {FormatError}
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim()
  if (trimmed === '0') return 0
  const ms = durationMs(trimmed)
  if (ms === undefined) throw new FormatError(text, DURATION_EXPECTED, suggestDuration(trimmed))
  return ms
}

function durationMs(text: string): number | undefined {
  const amounts = text.matchAll(/(\d{1,12}(?:\.\d{1,6})?)(ms|[wdhms])\s*/gy)
  let ms = 0
  let end = 0
  let last = Number.POSITIVE_INFINITY
  for (const [whole, amount, unitName] of amounts) {
    const unit = durationUnits.find(({ name }) => name === unitName)!
    if (unit.factor >= last) return undefined // `1h1d`, `1s1s`: more likely a slip than meant
    last = unit.factor
    ms += Number(amount) * unit.factor
    end += whole.length
  }
  return end > 0 && end === text.length && Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined
}

/** What people write who are used to other programs: `10`, `10 min`, `5 minutes`, `10M`, `2hrs`. */
function suggestDuration(text: string): string | undefined {
  const [, amount, word = ''] = /^(\d{1,12}(?:\.\d{1,6})?)\s*([a-zA-Z]*)$/.exec(text) ?? []
  if (amount === undefined) return undefined
  if (word === '') return `${amount}s`
  const lower = word.toLowerCase()
  const [, unit] = durationWords.find(([pattern]) => pattern.test(lower)) ?? []
  return unit === undefined ? undefined : amount + unit
}

const durationWords: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(s|secs?|seconds?)$/, 's'],
  [/^(m|mins?|minutes?)$/, 'm'],
  [/^(h|hrs?|hours?)$/, 'h'],
  [/^(d|days?)$/, 'd'],
  [/^(w|weeks?)$/, 'w'],
]

/** The shortest text that `parseDuration` reads back to the same: `90000` → `1m30s`. Weeks are written as days. */
export function formatDuration(ms: number): string {
  let left = Math.round(ms)
  let text = ''
  for (const unit of durationUnits) {
    const amount = Math.floor(left / unit.factor)
    if (amount === 0 || unit.name === 'w') continue
    text += `${amount}${unit.name}`
    left -= amount * unit.factor
  }
  return text === '' ? '0' : text
}

/**
 * Reads `256MiB`, `64KB`, `1.5GiB`, `512B` in any case. `KiB`, `MiB`, … are powers of 1024, `KB`, `MB`, … of 1000.
 * `K` and `M` alone are refused, because programs disagree on what they mean.
 *
 * @returns whole bytes
 * @throws {FormatError}
 */
export function parseSize(text: string): number {
  const trimmed = text.trim()
  if (trimmed === '0') return 0
  const [, amount, word = ''] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-zA-Z]*)$/.exec(trimmed) ?? []
  const unit = sizeUnits.find(({ name }) => name.toLowerCase() === word.toLowerCase())
  const bytes = amount === undefined || unit === undefined ? Number.NaN : Math.round(Number(amount) * unit.factor)
  if (!Number.isSafeInteger(bytes)) throw new FormatError(text, SIZE_EXPECTED, amount && suggestSize(amount, word))
  return bytes
}

function suggestSize(amount: string, word: string): string | undefined {
  if (word === '') return undefined
  const unit = sizeUnits.find(({ name }) => name.endsWith('iB') && name[0] === word[0]!.toUpperCase())
  return unit === undefined ? undefined : amount + unit.name
}

/** The text of the largest unit that divides exactly: `268435456` → `256MiB`. */
export function formatSize(bytes: number): string {
  const whole = Math.round(bytes)
  if (whole === 0) return '0'
  const unit = sizeUnits.find(({ factor }) => whole % factor === 0)!
  return `${whole / unit.factor}${unit.name}`
}

export interface HostPort {
  /** Name in lower case or address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/**
 * Reads `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`. Both parts are needed.
 *
 * @throws {FormatError}
 */
export function parseHostPort(text: string): HostPort {
  const trimmed = text.trim()
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(trimmed) ?? []
  const host = (bracketed ?? plain)?.toLowerCase()
  const port = Number(digits)
  const known = bracketed === undefined ? isHostName(host ?? '') : isIPv6(bracketed)
  if (host === undefined || !known || port > 65_535) {
    throw new FormatError(text, HOST_PORT_EXPECTED, suggestHostPort(trimmed))
  }
  return { host, port }
}

function suggestHostPort(text: string): string | undefined {
  const [, digits] = /^(?:\*|:)?:?(\d{1,5})$/.exec(text) ?? []
  if (digits !== undefined) return Number(digits) <= 65_535 ? `0.0.0.0:${digits}` : undefined
  const [, address, port] = /^(.*):(\d{1,5})$/.exec(text) ?? []
  return address !== undefined && isIPv6(address) ? `[${address}]:${port}` : undefined
}

/** A host name (RFC 1123 letters, and `_`, which is in use) or an IPv4 address; no port, no brackets. */
export function isHostName(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIPv4(text)
  return (
    text.length <= 253 &&
    text.split('.').every((label) => /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$/.test(label))
  )
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

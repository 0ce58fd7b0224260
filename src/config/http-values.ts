import { isIP } from 'node:net'
import { FormatError, isHostName, parseHostPort } from '../units.ts'
import type { ListenAddress, StatusRange } from './config.ts'
import { nearest } from './nearest.ts'
import type { OriginConfig } from './pool-config.ts'
import { mapOf, oneOrMore, scalar, textOf, type ValueType } from './value-types.ts'

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/ // RFC 9110 §5.6.2

/** Longest pattern; the work of matching one grows with the product of its length and the path's. */
const PATTERN_LENGTH_MAX = 256

/** A text type that is checked by one expression. */
export function matching<T = string>(
  expected: string,
  pattern: RegExp,
  { json = {}, suggest, read }: MatchingOptions<T> = {},
): ValueType<T> {
  return scalar({
    expected,
    json: { type: 'string', ...json },
    parse(value) {
      const text = textOf(value, expected)
      if (!pattern.test(text)) throw new FormatError(text, expected, suggest?.(text))
      return read === undefined ? (text as T & string) : read(text)
    },
  })
}

interface MatchingOptions<T> {
  readonly json?: Readonly<Record<string, unknown>>
  suggest?(text: string): string | undefined
  read?(text: string): T
}

const lower = (text: string): string => text.toLowerCase()

/** Printable ASCII without quotes: it becomes part of header fields and log lines. */
export const label = matching(
  'a name of up to 64 letters, digits, spaces and - _ . : /',
  /^[\w.:/-]([\w.:/ -]{0,62}[\w.:/-])?$/,
)

/** A token in `Via`, and in `Cache-Status` one that structured fields allow (RFC 9651 §3.3.4). */
export const pseudonym = matching(
  'a name without spaces such as breakwater',
  /^[A-Za-z][!#$%&'*+.^_`|~0-9A-Za-z-]{0,63}$/,
)

export const filePath = matching('the path of a file', /^[^\0]{1,4096}$/)

const pageUrlExpected = 'a URL such as https://example.com/sitemap.xml'

export const pageUrl = scalar<string>({
  expected: pageUrlExpected,
  json: { type: 'string', pattern: '^https?://[^/?#@]+' },
  parse(value) {
    const text = textOf(value, pageUrlExpected)
    if (/^https?:\/\/[^/?#@\s]+(?:[/?][^\s#]*)?$/i.test(text) && URL.canParse(text)) return text
    throw new FormatError(text, pageUrlExpected)
  },
})

export const method = matching('a request method such as GET', token, {
  suggest: (text) => nearest(text, ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
  read(text) {
    // Methods are case-sensitive (RFC 9110 §9.1): a rule for `get` would never match anything.
    if (text === text.toUpperCase()) return text
    throw new FormatError(text, 'a request method in capitals', text.toUpperCase())
  },
})

const statusExpected = 'a status such as 404 or 5xx'

export const status = scalar<StatusRange>({
  expected: statusExpected,
  json: {
    anyOf: [
      { type: 'integer', minimum: 200, maximum: 599 },
      { type: 'string', pattern: '^[2-5](xx|\\d\\d)$' },
    ],
  },
  parse(value) {
    const text = textOf(value, statusExpected).toLowerCase()
    if (/^[2-5]\d\d$/.test(text)) return { first: Number(text), last: Number(text) }
    if (/^[2-5]xx$/.test(text)) return { first: Number(text[0]) * 100, last: Number(text[0]) * 100 + 99 }
    throw new FormatError(text, statusExpected)
  },
})

export const mediaType = matching('a media type such as text/html or image/*', /^[\w!#$&^.+-]+\/(\*|[\w!#$&^.+-]+)$/, {
  suggest: (text) => (token.test(text) && !text.includes('*') ? `${text.toLowerCase()}/*` : undefined),
  read: lower,
})

const fieldNameExpected = 'the name of a header field'

export const fieldName = matching(fieldNameExpected, token, { read: lower })

export const cookieName = matching('the name of a cookie', token)

/** As it stands in the target, not decoded (a decoded name could hide a separator). */
export const parameterName = matching('the name of a query parameter', /^[^\s&=#\x00-\x20\x7f-\uffff]{1,256}$/)

const named = new RegExp(
  `^(?=.{1,${PATTERN_LENGTH_MAX}}$)[^\\s;,=&#\\x00-\\x20\\x7f-\\uffff]+(=[^\\s;&#\\x00-\\x20\\x7f-\\uffff]*)?$`,
)

export const cookiePattern = matching('a cookie such as session or session_* or cart=full', named)

/** As it stands in the target, like the name alone. */
export const queryPattern = matching('a query parameter such as preview or preview=true', named)

const fieldValuePattern = oneOrMore(
  matching('a text in which * stands for any run of characters', /^[\t\x20-\x7e\x80-\xff]{1,256}$/),
)

export const fieldPatterns = mapOf(fieldName, fieldValuePattern, 'a map of header field names and values')

export const pathPattern = matching(
  `a path such as /static/* (at most ${PATTERN_LENGTH_MAX} characters)`,
  new RegExp(`^(?=.{1,${PATTERN_LENGTH_MAX}}$)[/*][^\\s?#\\x00-\\x1f\\x7f]*$`),
  {
    json: { pattern: '^[/*][^\\s?#]*$', maxLength: PATTERN_LENGTH_MAX },
    suggest: (text) => (/^[\w.-]+(\/|$)/.test(text) ? `/${text}` : undefined),
  },
)

export const hostPattern = matching(
  'a host such as example.com or *.example.com',
  new RegExp(`^(?=.{1,${PATTERN_LENGTH_MAX}}$)(\\[[0-9A-Fa-f:.]+\\]|[\\w.*-]+)(:(\\d{1,5}|\\*))?$`),
  { suggest: (text) => /^https?:\/\/([\w.*-]+)/.exec(text)?.[1], read: lower },
)

const networkExpected = 'an address or network such as 10.0.0.0/8'

/** `10.0.0.0/8`, `::1`; one address is the network of that address alone. */
export const network = scalar<string>({
  expected: networkExpected,
  json: { type: 'string' },
  parse(value) {
    const text = textOf(value, networkExpected)
    const [, address = '', digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
    const family = isIP(address)
    const bits = digits === undefined ? (family === 6 ? 128 : 32) : Number(digits)
    if (family === 0 || bits > (family === 6 ? 128 : 32)) throw new FormatError(text, networkExpected)
    return `${address}/${bits}`
  },
})

export const ipAddress = scalar<string>({
  expected: 'an IP address such as 10.0.0.5',
  json: { type: 'string' },
  parse(value) {
    const text = textOf(value, 'an IP address such as 10.0.0.5')
    if (isIP(text) === 0) throw new FormatError(text, 'an IP address such as 10.0.0.5')
    return text
  },
})

export const listenAddress = scalar<ListenAddress>({
  expected: 'an address and port such as 0.0.0.0:8080',
  json: { type: 'string' },
  parse: (value) => parseHostPort(textOf(value, 'an address and port such as 0.0.0.0:8080')),
})

/** What an origin is before it has a name. */
export type OriginAddress = Pick<OriginConfig, 'url' | 'scheme' | 'host' | 'port'>

const originUrlExpected = 'a URL such as http://127.0.0.1:8081'

export const originUrl = scalar<OriginAddress>({
  expected: originUrlExpected,
  json: { type: 'string', pattern: '^(https?://[^/?#]+/?|http\\+unix:///.+)$' },
  parse(value) {
    const text = textOf(value, originUrlExpected)
    if (/^http\+unix:\/\/\/[^?#\0]+$/.test(text)) return { url: text, scheme: 'http', host: 'localhost', port: 80 }
    const authority = /^https?:\/\/[^/?#@\\\s]+(?=[/?#]|$)/i.exec(text)?.[0]
    const url = authority !== undefined && URL.canParse(authority) ? new URL(authority) : undefined
    if (url === undefined) throw new FormatError(text, originUrlExpected, suggestOrigin(text))
    if (text !== authority && text !== `${authority}/`) {
      throw new FormatError(text, 'a URL without path, the path of the request is used', url.origin)
    }
    const scheme = url.protocol === 'https:' ? 'https' : 'http'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (!isHostName(host) && isIP(host) === 0) throw new FormatError(text, originUrlExpected)
    return { url: url.origin, scheme, host, port: Number(url.port) || (scheme === 'https' ? 443 : 80) }
  },
})

function suggestOrigin(text: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?\/?$/i.test(text) ? `http://${text}` : undefined
}

/** Fields that only the framing of one connection, or the routing, may set. */
const reservedFields = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The name of a field that a rule may remove or set. */
const changeableField = scalar<string>({
  expected: fieldNameExpected,
  json: fieldName.json,
  parse(value) {
    const name = textOf(value, fieldNameExpected)
    if (!token.test(name)) throw new FormatError(name, fieldNameExpected)
    if (!reservedFields.has(name.toLowerCase())) return name
    throw new FormatError(name, 'a field that does not belong to the connection or its framing')
  },
})

export const removableField: ValueType<string> = { ...changeableField, schema: changeableField.schema.transform(lower) }

/** latin1, because that is how fields are written: one byte for one character. */
const fieldValue = matching(
  'a text without control characters',
  /^$|^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/,
)

export const fieldsToSet = mapOf(changeableField, fieldValue, 'a map of header field names and values')

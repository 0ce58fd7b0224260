import { filterFields, hasField, type RawFields } from '../http/fields.ts'
import type { FieldLines } from './field-lines.ts'
import { SectionReader, type StartLine } from './section-reader.ts'

/** A trailer section begins with its first field. */
const NO_START_LINE: StartLine = {
  complete: true,
  problem: undefined,
  scan: (_bytes, from) => from,
  tooLarge: () => 'trailer-too-large',
  reset: () => {},
}

/** The empty line that ends the section is there without any trailers, too. */
const EMPTY_LINE_BYTES = 2

/** Reads the trailer section after a last chunk with the rules of a head (RFC 9112 §7.1.2). */
export class TrailerReader extends SectionReader<RawFields> {
  constructor(limits: { readonly trailerBytesMax: number; readonly trailerFieldsMax: number }) {
    const bytesMax = limits.trailerBytesMax + EMPTY_LINE_BYTES
    super('request', NO_START_LINE, { bytesMax, fieldsMax: limits.trailerFieldsMax })
  }

  protected override build(bytes: Buffer, _end: number, lines: FieldLines): RawFields {
    return lines.fields(bytes)
  }
}

/**
 * Fields that a trailer section must not carry (RFC 9110 §6.5.1): they frame or route the message, or decide about
 * access, caching or the content before the body is read. A recipient that merged them would let the end of a body change
 * what had been decided at its head.
 */
const FORBIDDEN: ReadonlySet<string> = new Set(
  [
    // Framing and the connection
    'content-length transfer-encoding trailer te connection keep-alive proxy-connection upgrade',
    // Routing, and who is asking
    'host via cdn-loop forwarded x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-prefix',
    'x-forwarded-proto x-forwarded-server x-real-ip x-original-url x-rewrite-url x-http-method-override',
    'origin referer user-agent',
    // Request modifiers
    'expect max-forwards range if-match if-none-match if-modified-since if-unmodified-since if-range',
    'accept accept-charset accept-encoding accept-language',
    // Authentication and cookies
    'authorization proxy-authorization www-authenticate proxy-authenticate authentication-info',
    'proxy-authentication-info cookie cookie2 set-cookie set-cookie2',
    // Caching and response control
    'age cache-control cdn-cache-control surrogate-control cache-status pragma date expires last-modified vary',
    'no-vary-search warning surrogate-key cache-tag xkey location refresh retry-after accept-ranges alt-svc',
    // How the content is to be read
    'content-encoding content-type content-range content-location content-language content-disposition link',
    'content-security-policy strict-transport-security clear-site-data x-frame-options x-content-type-options',
  ].flatMap((names) => names.split(' ')),
)

/**
 * Whether a trailer claims to frame the message it ends. Others that are forbidden are only dropped, but there is no
 * honest reason for this one, and who merges trailers into the head reads another message than we do.
 */
export function framesMessage(trailers: RawFields): boolean {
  return hasField(trailers, 'content-length') || hasField(trailers, 'transfer-encoding')
}

/** The trailers that may be passed on, as trailers: never merged into the header section. */
export function allowedTrailers(fields: RawFields): RawFields {
  return fields.length === 0 ? fields : filterFields(fields, isAllowed)
}

function isAllowed(lowerCaseName: string): boolean {
  return !FORBIDDEN.has(lowerCaseName) && !lowerCaseName.startsWith('access-control-')
}

/** Which peer sent the message: it decides the status and the wording of a refusal. */
export type Side = 'request' | 'response'

/** A message that is read no further: after it nothing on this connection may be handled (RFC 9112 §2.2, §9.6). */
export interface Refused {
  readonly kind: 'refused'
  /** What the client is told; 502 where it was an origin's response. */
  readonly status: number
  /** Stable word for logs and metrics. */
  readonly reason: RefusalReason
  readonly message: string
}

/** Every reason to refuse a message for its syntax, and the state that was found. */
const FOUND = {
  'bad-method': 'the method is not a token',
  'empty-target': 'no request target after the method and one space',
  'bad-target': 'a byte that no request target may have',
  'bad-target-form': 'a request target in none of the four forms',
  'target-too-long': 'a request target above the limit',
  'no-version': 'no HTTP version after the request target',
  'bad-version': 'no HTTP version where one has to be',
  'unsupported-version': 'an HTTP version other than 1.0 and 1.1',
  'bad-status': 'no status code from 100 to 599',
  'bad-reason-phrase': 'a byte that no reason phrase may have',
  'bare-cr': 'a carriage return without a line feed',
  'bare-lf': 'a line feed without a carriage return',
  'space-before-first-field': 'white space between the start line and the first field',
  'folded-value': 'a field value folded over two lines',
  'empty-name': 'a field without a name',
  'bad-name': 'a byte that no field name may have',
  'space-before-colon': 'white space in a field name or before its colon',
  'no-colon': 'a field line without a colon',
  'nul-in-value': 'a NUL in a field value',
  'control-in-value': 'a control character in a field value',
  'head-too-large': 'a header section above the limit',
  'too-many-fields': 'more header fields than allowed',
  'trailer-too-large': 'a trailer section above the limit',
  'too-many-trailers': 'more trailer fields than allowed',
  'connection-names-framing': 'a Connection field that names Host or a field of the framing',
  'length-and-coding': 'both Content-Length and Transfer-Encoding',
  'coding-in-http-1.0': 'Transfer-Encoding in an HTTP/1.0 message',
  'repeated-length': 'more than one Content-Length',
  'bad-length': 'a Content-Length that is not a decimal number of a size that can be counted',
  'bad-coding': 'a Transfer-Encoding that does not end in one single "chunked"',
  'unknown-coding': 'a Transfer-Encoding other than "chunked"',
  'bad-chunk-size': 'a chunk size that is not a hexadecimal number',
  'chunk-too-large': 'a chunk size too large to be counted',
  'bad-chunk-extension': 'a malformed chunk extension',
  'chunk-extensions-too-large': 'chunk extensions above the limit',
  'bad-chunk-end': 'chunk data that does not end where its size says',
  'framing-in-trailer': 'a trailer field that would frame the message anew',
  cut: 'the end of the connection inside the message',
} as const

export type RefusalReason = keyof typeof FOUND

const REQUEST_STATUS: { readonly [reason in RefusalReason]?: number } = {
  'target-too-long': 414,
  'head-too-large': 431,
  'too-many-fields': 431,
  'trailer-too-large': 431,
  'too-many-trailers': 431,
  'unknown-coding': 501,
  'unsupported-version': 505,
}

export function refused(side: Side, reason: RefusalReason): Refused {
  const status = side === 'response' ? 502 : (REQUEST_STATUS[reason] ?? 400)
  return { kind: 'refused', status, reason, message: `Cannot read ${side}: ${FOUND[reason]}` }
}

/** The sentence for a reason that was found in a body, where the side is the reader's to know. */
export function refusedBodyMessage(reason: RefusalReason): string {
  return `Cannot read body: ${FOUND[reason]}`
}

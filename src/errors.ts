/** Where a failure began; decides who is told and whether the origin counts as sick. */
export type ErrorSource = 'client' | 'origin' | 'tier' | 'internal'

/** Stable words for failures; `Cache-Status`, logs and metrics use them in lower case with hyphens. */
export type ErrorCode =
  | 'CLIENT_GONE'
  | 'CLIENT_BAD_REQUEST'
  | 'CLIENT_BAD_BODY'
  | 'CLIENT_BODY_CUT'
  | 'CLIENT_BODY_TOO_LARGE'
  | 'CLIENT_TIMEOUT'
  | 'ORIGIN_REFUSED'
  | 'ORIGIN_RESET'
  | 'ORIGIN_UNRESOLVED'
  | 'ORIGIN_CONNECT_TIMEOUT'
  | 'ORIGIN_TIMEOUT'
  | 'ORIGIN_STALLED'
  | 'ORIGIN_CUT'
  | 'ORIGIN_BAD_RESPONSE'
  | 'ORIGIN_HEAD_TOO_LARGE'
  | 'ORIGIN_ERROR'
  | 'ORIGIN_OVERLOADED'
  | 'ORIGIN_SICK'
  | 'ORIGIN_LOOP'
  | 'CANCELLED'
  | 'INTERNAL'

export interface ProxyErrorOptions {
  readonly source: ErrorSource
  /** The status the client sees when nothing better can be served. */
  readonly status: number
  /** Whether the same request may be tried on another connection or member. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** A failure that the program expects to meet: what could not be done and the state that was found. */
export class ProxyError extends Error {
  readonly code: ErrorCode
  readonly source: ErrorSource
  readonly status: number
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options: ProxyErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ProxyError'
    this.code = code
    this.source = options.source
    this.status = options.status
    this.retryable = options.retryable ?? false
  }

  /** The code as `Cache-Status` and the logs write it: `ORIGIN_TIMEOUT` → `origin-timeout`. */
  get word(): string {
    return this.code.toLowerCase().replaceAll('_', '-')
  }
}

/** Nobody is there for the response. No status is ever sent; 499 is what logs say, as nginx's do. */
export function clientGone(message: string): ProxyError {
  return new ProxyError('CLIENT_GONE', message, { source: 'client', status: 499 })
}

/** Closes a `switch` over a union: a new kind does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Error(`Unhandled kind: ${JSON.stringify(value)}`)
}

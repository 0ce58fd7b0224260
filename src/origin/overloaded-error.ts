import { ProxyError } from '../errors.ts'

/** How full a member is. */
export interface Overload {
  /** Requests that wait for it. */
  readonly waiting: number
  /** When those will have been served, as far as one can tell; at least 1, at most 60. */
  readonly retryAfterSeconds: number
}

/** A member has as much to do as it may, and so many wait already: stale if there is any, else 503 with `Retry-After`. */
export class OriginOverloadedError extends ProxyError implements Overload {
  readonly waiting: number
  readonly retryAfterSeconds: number

  constructor(message: string, { waiting, retryAfterSeconds, retryable }: Overload & { readonly retryable: boolean }) {
    super('ORIGIN_OVERLOADED', message, { source: 'origin', status: 503, retryable })
    this.waiting = waiting
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** A message that is not read any further: after it nothing on this connection may be handled. */
export interface Refused {
  readonly kind: 'refused'
  /** What a client is told; 502 where an origin's response was refused. */
  readonly status: number
  /** One stable word with hyphens, for logs and metrics: `bare-lf`, `space-before-colon`. */
  readonly reason: string
  readonly message: string
}

export function refused(status: number, reason: string, message: string): Refused {
  return { kind: 'refused', status, reason, message }
}

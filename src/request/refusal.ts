/** A request that is not handled: answered here, after which nothing more on its connection is. */
export interface Refusal {
  readonly kind: 'refused'
  readonly status: number
  /** Stable word, `detail` in Cache-Status, logs and metrics. */
  readonly reason: string
  /** For the client, without anything the client sent. */
  readonly message: string
}

export function refuse(status: number, reason: string, message: string): Refusal {
  return { kind: 'refused', status, reason, message }
}

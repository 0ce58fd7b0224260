import type { LookupAddress } from 'node:dns'

/** What a name resolves to, and for how long that may be believed. */
export interface Resolved<T> {
  readonly found: readonly T[]
  readonly ttlMs: number
}

/** A target of an SRV record (RFC 2782). */
export interface ServiceTarget {
  readonly host: string
  readonly port: number
  /** The lowest is asked first. */
  readonly priority: number
  readonly weight: number
}

/** Asks for names. Both reject when there is no answer. */
export interface Resolver {
  addresses(host: string): Promise<Resolved<LookupAddress>>
  services(name: string): Promise<Resolved<ServiceTarget>>
}

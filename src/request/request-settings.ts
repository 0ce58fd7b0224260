import type { TrustedPeers } from './trusted-peers.ts'

/** What normalising a request needs to know of the configuration. */
export interface RequestSettings {
  /** Whether an authority (normalised, with its port) is served; others get 421. Undefined serves every valid one. */
  readonly servesHost: ((authority: string) => boolean) | undefined
  /** Methods of purges, which are about stored responses and not for an origin: they may name a host that is not served. */
  readonly purgeMethods: ReadonlySet<string>
  /** Stands in for the authority of an HTTP/1.0 request without Host; undefined refuses those. */
  readonly defaultAuthority: string | undefined
  /** Whose forwarding fields are believed. */
  readonly trusted: TrustedPeers
  /** Our name in `Via` (RFC 9110 §7.6.3). Must differ between instances that stand behind one another. */
  readonly pseudonym: string
  readonly targetBytesMax: number
  readonly fieldsMax: number
}

import { hash, timingSafeEqual } from 'node:crypto'
import { allValues, filterFields, type RawFields } from '../http/fields.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { TrustedPeers } from '../request/trusted-peers.ts'

export interface AccessSettings {
  /** Networks as `address/bits`. */
  readonly from: readonly string[]
  readonly token: string | undefined
}

/** Where senders put a secret: `Authorization: Bearer`, VCaching, Fastly, Cloudflare, or a field of our own. */
const TOKEN_FIELDS = ['x-purge-token', 'x-vc-purge-key', 'fastly-key', 'x-auth-key']

/** What is only the sender's: credentials, and what it demands of a cache. */
const SENDERS_OWN: ReadonlySet<string> = new Set([
  ...TOKEN_FIELDS,
  ...['authorization', 'cookie', 'cache-control', 'pragma'],
])

/** The fields of a purge without what is the sender's own: what it makes us ask for is for everybody, and its secret for nobody. */
export function withoutSendersOwn(fields: RawFields): RawFields {
  return filterFields(fields, (name) => !SENDERS_OWN.has(name))
}

/**
 * Who may purge: whoever connects from one of the networks and was not forwarded, or has the token.
 *
 * That a request was forwarded, by anybody, makes its connection's address worthless: a TLS terminator on this machine makes the whole
 * world come from loopback.
 */
export class PurgeAccess {
  readonly #networks: TrustedPeers
  readonly #token: Buffer | undefined

  constructor({ from, token }: AccessSettings) {
    this.#networks = new TrustedPeers(from)
    this.#token = token === undefined ? undefined : digest(token)
  }

  allows({ peerAddress, isForwarded, fields }: Pick<ProxyRequest, 'peerAddress' | 'isForwarded' | 'fields'>): boolean {
    return (!isForwarded && this.allowsAddress(peerAddress)) || this.#hasToken(fields)
  }

  /** Of a sender that can say nothing else for itself. */
  allowsAddress(address: string): boolean {
    return this.#networks.includes(address)
  }

  #hasToken(fields: RawFields): boolean {
    const token = this.#token
    if (token === undefined) return false
    // Of equal length, whatever was sent; and all are compared.
    return tokensIn(fields).filter((given) => timingSafeEqual(digest(given), token)).length > 0
  }
}

function tokensIn(fields: RawFields): string[] {
  const bearers = allValues(fields, 'authorization').flatMap((value) => /^Bearer +(\S+)$/i.exec(value)?.[1] ?? [])
  return [...bearers, ...TOKEN_FIELDS.flatMap((name) => allValues(fields, name))]
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

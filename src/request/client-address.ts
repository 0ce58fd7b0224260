import { isIP } from 'node:net'
import { combinedValue, listMembers, type RawFields } from '../http/fields.ts'
import type { Scheme } from './authority.ts'
import { parseForwarded } from './forwarded-field.ts'
import { plainAddress, type TrustedPeers } from './trusted-peers.ts'

/** Who asked, and how, as far as trusted proxies vouch for it. */
export interface ClientSeen {
  readonly address: string
  readonly scheme: Scheme
}

interface Hop {
  /** The address as text, perhaps with a port, perhaps no address at all. */
  readonly address: string
  readonly scheme: string | undefined
}

/** A chain longer than this is not real; only the nearest entries are looked at. */
const HOPS_MAX = 32

/**
 * The client behind trusted proxies. Each proxy appends who connected to it, so the chain is walked from the right:
 * past every trusted address, to the first that is not. What stands left of that one was written by the client itself.
 *
 * X-Forwarded-For goes before Forwarded where a trusted proxy sent both: a proxy that maintains one may pass on the
 * other as the client wrote it, and X-Forwarded-For is what proxies maintain.
 *
 * @param peer address and scheme of the connection itself
 */
export function clientSeen(fields: RawFields, peer: ClientSeen, trusted: TrustedPeers): ClientSeen {
  if (!trusted.includes(peer.address)) return peer
  const chain = forwardedForChain(fields) ?? forwardedChain(fields) ?? []
  let address = peer.address
  let scheme: string | undefined
  for (let i = chain.length - 1; i >= 0 && trusted.includes(address); i--) {
    const hop = chain[i]!
    const hopAddress = addressOf(hop.address)
    scheme = hop.scheme ?? scheme
    // `unknown` or a made-up name: the last address that somebody vouched for is all there is.
    if (hopAddress === undefined) break
    address = hopAddress
  }
  return { address, scheme: forwardedProto(fields) ?? asScheme(scheme) ?? peer.scheme }
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`. */
export function addressOf(text: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::[0-9]*)?$/.exec(text)?.[1] ?? /^([0-9.]+):[0-9]*$/.exec(text)?.[1] ?? text
  // A zone (`fe80::1%eth0`) means something on the sender's machine only.
  return isIP(bare) === 0 || bare.includes('%') ? undefined : plainAddress(bare)
}

function forwardedForChain(fields: RawFields): Hop[] | undefined {
  const members = listMembers(fields, 'x-forwarded-for')
  if (members.length === 0) return undefined
  return members.slice(-HOPS_MAX).map((address) => ({ address, scheme: undefined }))
}

function forwardedChain(fields: RawFields): Hop[] | undefined {
  const value = combinedValue(fields, 'forwarded')
  if (value === undefined) return undefined
  const elements = parseForwarded(value) ?? []
  return elements.slice(-HOPS_MAX).map((element) => ({ address: element.for ?? '', scheme: element.proto }))
}

/** X-Forwarded-Proto of a trusted peer; a list that does not agree with itself says nothing. */
function forwardedProto(fields: RawFields): Scheme | undefined {
  const schemes = new Set(listMembers(fields, 'x-forwarded-proto').map((scheme) => scheme.toLowerCase()))
  return schemes.size === 1 ? asScheme([...schemes][0]) : undefined
}

function asScheme(text: string | undefined): Scheme | undefined {
  const lower = text?.toLowerCase()
  return lower === 'http' || lower === 'https' ? lower : undefined
}

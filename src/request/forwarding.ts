import { combinedValue, listMembers, type RawFields } from '../http/fields.ts'
import type { ProxyRequest } from './proxy-request.ts'

export interface ForwardingSettings {
  /** Our name in `Via`. */
  readonly pseudonym: string
  /** Whether `Forwarded` (RFC 7239) is sent beside the X-Forwarded family. */
  readonly sendForwarded: boolean
}

/** What the fields are made of. */
export type ForwardedRequest = Pick<ProxyRequest, 'version' | 'forwarding' | 'peerAddress' | 'authority' | 'scheme'>

/**
 * What this proxy says to the origin about the request, as fields to add: `Via` (RFC 9110 §7.6.3), the X-Forwarded
 * family, `Forwarded` (RFC 7239). What trusted proxies said stands in front; all else was removed before.
 */
export function upstreamForwardingFields(request: ForwardedRequest, settings: ForwardingSettings): readonly string[] {
  if (request.forwarding.length > 0) return forwardingFields(request, settings)
  const known = lastKnown
  if (known !== undefined && isAlike(known.request, request) && known.settings === settings) return known.fields
  const fields = forwardingFields(request, settings)
  const { version, peerAddress, authority, scheme } = request
  lastKnown = { request: { version, peerAddress, authority, scheme }, settings, fields }
  return fields
}

type Told = Omit<ForwardedRequest, 'forwarding'>

/** Of the last request that nobody had forwarded yet: those of one client, or of one balancer, come together. */
let lastKnown:
  | { readonly request: Told; readonly settings: ForwardingSettings; readonly fields: readonly string[] }
  | undefined

function isAlike(one: Told, other: Told): boolean {
  return (
    one.peerAddress === other.peerAddress &&
    one.authority === other.authority &&
    one.scheme === other.scheme &&
    one.version === other.version
  )
}

function forwardingFields(request: ForwardedRequest, settings: ForwardingSettings): readonly string[] {
  const { forwarding, peerAddress, authority, scheme } = request
  const fields = [
    ...['Via', appended(forwarding, 'via', `${request.version} ${settings.pseudonym}`)],
    ...['X-Forwarded-For', appended(forwarding, 'x-forwarded-for', peerAddress)],
    ...['X-Forwarded-Proto', scheme],
    ...['X-Forwarded-Host', authority],
  ]
  if (settings.sendForwarded) {
    const node = peerAddress.includes(':') ? `"[${peerAddress}]"` : peerAddress
    const host = authority.includes(':') ? `"${authority}"` : authority
    fields.push('Forwarded', appended(forwarding, 'forwarded', `for=${node};host=${host};proto=${scheme}`))
  }
  return fields
}

/**
 * Whether the request has been here before: our pseudonym is the recipient in a member of `Via`. A comment with a comma
 * splits into members of its own, none of which reads `version name`.
 */
export function hasPassedHere(fields: RawFields, pseudonym: string): boolean {
  const own = pseudonym.toLowerCase()
  return listMembers(fields, 'via').some((member) => member.split(/[ \t]+/, 2)[1]?.toLowerCase() === own)
}

function appended(fields: RawFields, name: string, value: string): string {
  const before = combinedValue(fields, name)
  return before === undefined || before === '' ? value : `${before}, ${value}`
}

import { isIPv4, isIPv6 } from 'node:net'
import { Remembered } from '../tables/remembered.ts'

export type Scheme = 'http' | 'https'

const DEFAULT_PORT: Readonly<Record<Scheme, number>> = { http: 80, https: 443 }
const PORT_MAX = 65_535
/** The longest name that DNS can carry, as text. */
const NAME_LENGTH_MAX = 253

/** `uri-host [ ":" port ]` as far as its outside goes; the groups are looked at one by one. */
const AUTHORITY = /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::([0-9]{0,5}))?$/

/**
 * Normalises what a Host field or an absolute-form target says (RFC 3986 §6.2.2.1, §6.2.3), for the key and for the
 * origin alike: lower case, without the scheme's default port, without the dot of the DNS root, IPv6 in its short form.
 *
 * Stricter than RFC 3986 on names: no percent-encoding and no sub-delims, because no site has them and two readers of
 * `a,b` or `a%2eb` may find two hosts (Host of Troubles).
 *
 * @returns undefined when it is not a valid authority
 */
export function parseAuthority(text: string, scheme: Scheme): string | undefined {
  return authorities[scheme].of(text)
}

/** A server is asked for few hosts, again and again. */
const remembered = { textsMax: 256, lengthMax: 64 }
const authorities: Readonly<Record<Scheme, Remembered<string | undefined>>> = {
  http: new Remembered((text) => readAuthority(text, 'http'), remembered),
  https: new Remembered((text) => readAuthority(text, 'https'), remembered),
}

function readAuthority(text: string, scheme: Scheme): string | undefined {
  const match = AUTHORITY.exec(text)
  if (match === null) return undefined
  const host = match[1]!.startsWith('[') ? normaliseAddress(match[1]!) : normaliseName(match[1]!)
  if (host === undefined) return undefined
  // An empty port is allowed by the grammar and means the default one.
  if (match[2] === undefined || match[2] === '') return host
  const port = Number(match[2])
  if (port > PORT_MAX) return undefined
  return port === DEFAULT_PORT[scheme] ? host : `${host}:${port}`
}

/** The host of a normalised authority, IPv6 with its brackets. */
export function hostOf(authority: string): string {
  const colon = authority.lastIndexOf(':')
  return colon === -1 || authority.endsWith(']') ? authority : authority.slice(0, colon)
}

function normaliseAddress(bracketed: string): string | undefined {
  if (!isIPv6(bracketed.slice(1, -1))) return undefined
  // The URL parser writes each address in one way only: lower case, longest run of zeros shortened.
  return new URL(`http://${bracketed}/`).hostname
}

function normaliseName(text: string): string | undefined {
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase()
  if (name === '' || name.length > NAME_LENGTH_MAX) return undefined
  const labels = name.split('.')
  if (labels.includes('')) return undefined
  // What ends in a number is an IPv4 address to some readers, in forms as odd as `127.1`: only the plain one is served.
  if (/^[0-9]+$/.test(labels.at(-1)!) && !isIPv4(name)) return undefined
  return name
}

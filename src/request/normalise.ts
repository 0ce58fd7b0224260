import { allValues, combinedValue, listMembers, type RawFields } from '../http/fields.ts'
import { connectionOptions } from '../http1/connection.ts'
import type { KeptLines } from '../http1/kept-lines.ts'
import { parseAuthority, type Scheme } from './authority.ts'
import { type ClientSeen, clientSeen } from './client-address.ts'
import { hasPassedHere } from './forwarding.ts'
import type { ProxyRequest } from './proxy-request.ts'
import { namedAgainstItsNature, sortFields } from './received-fields.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { RequestSettings } from './request-settings.ts'
import { parseRequestTarget, type RequestTarget } from './request-target.ts'
import { plainAddress } from './trusted-peers.ts'

/** A request head as a lane read it: syntax right, body framing accepted. Fields are all there, in order. */
export interface ReceivedHead {
  readonly method: string
  readonly target: string
  /** `major.minor`; HTTP/2 is `2`. */
  readonly version: string
  readonly fields: RawFields
  readonly hasBody: boolean
  /** `:authority` of HTTP/2. */
  readonly authority?: string | undefined
}

/** The connection that a request came by. */
export interface ReceivedOn {
  readonly peerAddress: string
  readonly scheme: Scheme
}

/** A `ProxyRequest` but for what only the lane has. */
export type NormalisedRequest = { readonly kind: 'request' } & Omit<ProxyRequest, 'receivedMs' | 'body' | 'exchange'>

/**
 * Turns what arrived into what the core may rely on, or says why it is refused. One strict reading for key and origin:
 * whatever two recipients could take for two requests is refused and not repaired.
 */
export function normaliseRequest(
  head: ReceivedHead,
  connection: ReceivedOn,
  settings: RequestSettings,
): NormalisedRequest | Refusal {
  const { method, fields } = head
  const version = supportedVersion(head.version)
  if (version === undefined) return refuse(505, 'unsupported-version', 'This HTTP version is not supported')
  if (method === 'CONNECT') return refuse(501, 'connect', 'CONNECT is not supported')
  if (fields.length > settings.fieldsMax * 2) return refuse(431, 'too-many-fields', 'The request has too many fields')

  const target = parseRequestTarget(head.target, method, settings.targetBytesMax)
  if (target.kind === 'refused') return target
  const options = connectionOptions(fields)
  if (namedAgainstItsNature(options) !== undefined) {
    return refuse(400, 'connection-names-end-to-end', 'Connection names a field that is not for one hop')
  }
  if (hasPassedHere(fields, settings.pseudonym)) return refuse(508, 'loop', 'The request has passed here before')

  const peerAddress = plainAddress(connection.peerAddress)
  const isTrusted = settings.trusted.includes(peerAddress)
  const client = clientSeen(fields, { address: peerAddress, scheme: connection.scheme }, settings.trusted)
  const scheme = settings.purgeMethods.has(method) ? client.scheme : schemeOf(target, client, isTrusted)
  if (typeof scheme !== 'string') return scheme
  const authority = authorityOf({ ...head, version }, target, scheme, settings)
  if (typeof authority !== 'string') return authority
  const expectation = readExpectation(fields, version)
  if (expectation === 'unknown') return refuse(417, 'unknown-expectation', 'The expectation cannot be met')

  const { hasBody } = head
  return {
    kind: 'request',
    method,
    scheme,
    authority,
    target: target.target,
    version,
    ...sortFields(fields, options, { isTrusted, method, hasBody }),
    clientAddress: client.address,
    peerAddress,
    expectsContinue: expectation === 'continue' && hasBody,
    acceptsTrailers: listMembers(fields, 'te').some((coding) => coding.toLowerCase() === 'trailers'),
    upgrade: asksForWebSocket(head, version, options) ? 'websocket' : undefined,
  }
}

/** A request of which a lane knows already what most of `normaliseRequest` finds out. */
export interface PlainHead {
  readonly method: 'GET' | 'HEAD'
  readonly scheme: Scheme
  readonly authority: string
  readonly target: string
  readonly fields: RawFields
  /** The lines of what is left of `fields`. */
  linesOf(kept: RawFields): KeptLines | undefined
}

/**
 * The same as `normaliseRequest`, for a request of HTTP/1.1 in origin-form that is within all limits, without a body, `Via`, `TE`,
 * `Expect`, `Upgrade` or a `Connection` that names fields.
 */
export function normalisePlain(
  head: PlainHead,
  { peerAddress, scheme: peerScheme }: ReceivedOn,
  { trusted }: RequestSettings,
): NormalisedRequest {
  const { method, scheme, authority, target, fields } = head
  const isTrusted = trusted.includes(peerAddress)
  const sorted = sortFields(fields, NO_OPTIONS, { isTrusted, method, hasBody: false })
  const seen = { address: peerAddress, scheme: peerScheme }
  return {
    kind: 'request',
    method,
    scheme,
    authority,
    target,
    version: '1.1',
    fields: sorted.fields,
    lines: head.linesOf(sorted.fields),
    forwarding: sorted.forwarding,
    isForwarded: sorted.isForwarded,
    clientAddress: isTrusted ? clientSeen(fields, seen, trusted).address : peerAddress,
    peerAddress,
    expectsContinue: false,
    acceptsTrailers: false,
    upgrade: undefined,
  }
}

const NO_OPTIONS: ReadonlySet<string> = new Set()

/** A higher minor version of 1 is handled as the highest known one (RFC 9110 §2.5). */
function supportedVersion(version: string): ProxyRequest['version'] | undefined {
  if (version === '1.1' || version === '1.0' || version === '2') return version
  return /^1\.[2-9]$/.test(version) ? '1.1' : undefined
}

/** The scheme of an absolute-form target must be the one the client used, unless a trusted proxy speaks for the client. */
function schemeOf(target: RequestTarget, client: ClientSeen, isTrusted: boolean): Scheme | Refusal {
  if (target.kind === 'origin-form' || target.scheme === client.scheme) return client.scheme
  if (isTrusted) return target.scheme
  return refuse(400, 'wrong-scheme', 'The scheme of the request target is not that of the connection')
}

/**
 * The one authority of the request (RFC 9112 §3.2, §3.2.2). RFC 9112 lets an absolute-form target win over Host; where
 * they disagree the request is refused, since an origin that looks at the other one would poison the cache.
 */
function authorityOf(
  head: ReceivedHead & Pick<ProxyRequest, 'version'>,
  target: RequestTarget,
  scheme: Scheme,
  settings: RequestSettings,
): string | Refusal {
  const hosts = allValues(head.fields, 'host')
  if (hosts.length > 1) return refuse(400, 'repeated-host', 'The request has more than one Host')
  const named = target.kind === 'absolute-form' ? target.authority : head.authority
  if (hosts.length === 0 && head.version === '1.1') return refuse(400, 'no-host', 'The request has no Host')

  const source = named ?? hosts[0] ?? settings.defaultAuthority
  if (source === undefined) return refuse(400, 'no-host', 'The request has no Host')
  const authority = parseAuthority(source, scheme)
  const other = hosts[0] === undefined || hosts[0] === source ? authority : parseAuthority(hosts[0], scheme)
  if (authority === undefined || other === undefined) {
    return refuse(400, 'bad-host', 'The host of the request is not valid')
  }
  if (other !== authority) {
    return refuse(400, 'host-differs', 'The request target and Host name different hosts')
  }
  if (settings.servesHost?.(authority) === false && !settings.purgeMethods.has(head.method)) {
    return refuse(421, 'unknown-host', 'This host is not served here')
  }
  return authority
}

/** RFC 9110 §10.1.1: the only expectation there is; HTTP/1.0 has none. */
function readExpectation(fields: RawFields, version: ProxyRequest['version']): 'none' | 'continue' | 'unknown' {
  const value = combinedValue(fields, 'expect')
  if (value === undefined || version === '1.0') return 'none'
  return value.toLowerCase() === '100-continue' ? 'continue' : 'unknown'
}

/** RFC 6455 §4.2.1. Every other protocol is left alone, which makes the request an ordinary one (RFC 9110 §7.8). */
function asksForWebSocket(head: ReceivedHead, version: ProxyRequest['version'], options: ReadonlySet<string>): boolean {
  if (head.method !== 'GET' || version !== '1.1' || head.hasBody || !options.has('upgrade')) return false
  return combinedValue(head.fields, 'upgrade')?.toLowerCase() === 'websocket'
}

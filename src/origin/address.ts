import type { LookupFunction, Socket } from 'node:net'
import net from 'node:net'
import tls from 'node:tls'
import { type ProxyProtocol, proxyHeader } from './proxy-protocol.ts'
import type { OriginSettings } from './settings.ts'

/** Where to connect to. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number; readonly options: tls.ConnectionOptions }
  | { readonly kind: 'unix'; readonly path: string }

/**
 * Reads a member's url.
 *
 * @throws Error naming the member, when the url is none or says more than where to connect to
 */
export function parseAddress(settings: OriginSettings): Address {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined
  if (url === undefined) throw new Error(`Cannot use origin "${settings.name}": "${settings.url}" is not a URL`)
  if (url.protocol === 'http+unix:') return { kind: 'unix', path: unixPath(url) }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`Cannot use origin "${settings.name}": scheme "${url.protocol}" is not http, https or http+unix`)
  }
  if (`${url.username}${url.password}${url.search}${url.hash}` !== '' || url.pathname !== '/') {
    throw new Error(`Cannot use origin "${settings.name}": "${settings.url}" has more than a host and a port`)
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'http:') return { kind: 'tcp', host, port: Number(url.port || 80) }
  return { kind: 'tls', host, port: Number(url.port || 443), options: tlsOptions(settings, host) }
}

type TlsAddress = Address & { readonly kind: 'tls' }

interface ConnectTo {
  readonly address: Address
  readonly lookup: LookupFunction | undefined
  readonly proxyProtocol?: ProxyProtocol | undefined
}

/** Starts connecting. The socket says `connect`, or `secureConnect` when the address is TLS, or `error`. */
export function openSocket({ address, lookup, proxyProtocol }: ConnectTo, clientAddress: string | undefined): Socket {
  if (proxyProtocol === undefined)
    return address.kind === 'tls' ? connectTls(address, lookup) : connect(address, lookup)
  const originPort = address.kind === 'unix' ? 0 : address.port
  const socket = connect(address, lookup)
  // Waits in the socket until it is connected, and goes before everything else, a TLS handshake too.
  socket.write(proxyHeader(proxyProtocol, { clientAddress, originPort }))
  return address.kind === 'tls' ? wrapInTls(socket, address) : socket
}

function connect(address: Address, lookup: LookupFunction | undefined): Socket {
  if (address.kind === 'unix') return net.connect({ path: address.path })
  const { host, port } = address
  // Happy eyeballs (RFC 8305) change the handle of a socket while it connects, from under the TLS that wraps it.
  const autoSelectFamily = address.kind === 'tcp'
  return net.connect({ host, port, noDelay: true, autoSelectFamily, ...(lookup && { lookup }) })
}

function connectTls(address: TlsAddress, lookup: LookupFunction | undefined): Socket {
  const { host, port, options } = address
  const socket = tls.connect({
    ...options,
    host,
    port,
    autoSelectFamily: true,
    ...(lookup && { lookup }),
  } as tls.ConnectionOptions)
  socket.setNoDelay(true)
  return socket
}

function wrapInTls(socket: Socket, { host, options }: TlsAddress): Socket {
  // Given a socket, TLS does not know which name to verify.
  const secure = tls.connect({ ...options, socket, host })
  socket.on('error', (error) => secure.destroy(error))
  return secure
}

/** As for the WHATWG's `http+unix://%2Frun%2Fapp.sock` of other tools, and for the plainer `http+unix:///run/app.sock`. */
function unixPath(url: URL): string {
  return decodeURIComponent(url.hostname === '' ? url.pathname : url.hostname)
}

function tlsOptions(settings: OriginSettings, host: string): tls.ConnectionOptions {
  const { servername, ca, cert, key, rejectUnauthorized = true } = settings.tls ?? {}
  return {
    rejectUnauthorized,
    ALPNProtocols: ['http/1.1'],
    // An address is no name to ask for (RFC 6066 §3).
    ...((servername !== undefined || net.isIP(host) === 0) && { servername: servername ?? host }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

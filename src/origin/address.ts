import type { LookupFunction, Socket } from 'node:net'
import net from 'node:net'
import tls from 'node:tls'
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

/** Starts connecting. The socket says `connect`, or `secureConnect` when the address is TLS, or `error`. */
export function openSocket(address: Address, lookup: LookupFunction | undefined): Socket {
  switch (address.kind) {
    case 'unix':
      return net.connect({ path: address.path })
    case 'tcp':
      return net.connect({ host: address.host, port: address.port, noDelay: true, ...(lookup && { lookup }) })
    case 'tls':
      return connectTls(address, lookup)
  }
}

function connectTls(address: Address & { kind: 'tls' }, lookup: LookupFunction | undefined): Socket {
  const socket = tls.connect({
    ...address.options,
    host: address.host,
    port: address.port,
    ...(lookup && { lookup }),
  })
  socket.setNoDelay(true)
  return socket
}

/** As for the WHATWG's `http+unix://%2Frun%2Fapp.sock` of other tools, and for the plainer `http+unix:///run/app.sock`. */
function unixPath(url: URL): string {
  return decodeURIComponent(url.hostname === '' ? url.pathname : url.hostname)
}

function tlsOptions(settings: OriginSettings, host: string): tls.ConnectionOptions {
  const { servername, ca, rejectUnauthorized = true } = settings.tls ?? {}
  return {
    rejectUnauthorized,
    ALPNProtocols: ['http/1.1'],
    // An address is no name to ask for (RFC 6066 §3).
    ...((servername !== undefined || net.isIP(host) === 0) && { servername: servername ?? host }),
    ...(ca !== undefined && { ca }),
  }
}

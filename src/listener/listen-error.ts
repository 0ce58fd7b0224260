import type { ListenAddress } from './listener-settings.ts'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another program listens there'],
  ['EACCES', 'not allowed; ports below 1024 need the right to bind them (CAP_NET_BIND_SERVICE)'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['ENOTFOUND', 'the name has no address'],
])

/** A traffic port could not be opened; the message is for whoever started the program. */
export class ListenError extends Error {
  readonly address: ListenAddress
  /** The system's code, e.g. `EADDRINUSE`. */
  readonly code: string

  constructor(address: ListenAddress, cause: NodeJS.ErrnoException) {
    const host = address.host.includes(':') ? `[${address.host}]` : address.host
    const code = cause.code ?? 'unknown'
    super(`Cannot listen on ${host}:${address.port}: ${REASONS.get(code) ?? cause.message}`, { cause })
    this.name = 'ListenError'
    this.address = address
    this.code = code
  }
}

import { isIPv4, isIPv6 } from 'node:net'

export type ProxyProtocol = 'v1' | 'v2'

/** What a PROXY header tells: who the client is. Its port is not known here, and 0 says so. */
export interface ProxiedConnection {
  readonly clientAddress: string | undefined
  /** Where the connection to the origin goes. */
  readonly originPort: number
}

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

/**
 * What goes in front of a connection's first byte, so that the origin knows the client (HAProxy's PROXY protocol, versions 1
 * and 2). Without a client, for requests of our own, it says that there is none: UNKNOWN, or LOCAL.
 *
 * The address the client had connected to is not known to a pool: the unspecified one of the client's family stands there.
 */
export function proxyHeader(version: ProxyProtocol, { clientAddress, originPort }: ProxiedConnection): Buffer {
  const address = clientAddress === undefined ? undefined : withoutMapping(clientAddress)
  const family = address === undefined ? 0 : isIPv4(address) ? 4 : isIPv6(address) ? 6 : 0
  if (family === 0) return version === 'v1' ? Buffer.from('PROXY UNKNOWN\r\n') : v2(0x20, 0x00, Buffer.alloc(0))
  const unspecified = family === 4 ? '0.0.0.0' : '::'
  if (version === 'v1') return Buffer.from(`PROXY TCP${family} ${address} ${unspecified} 0 ${originPort}\r\n`)
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(originPort, 2)
  const addresses = Buffer.concat([addressBytes(address!, family), addressBytes(unspecified, family), ports])
  return v2(0x21, family === 4 ? 0x11 : 0x21, addresses)
}

/** @param command version 2 and LOCAL (0x20) or PROXY (0x21) */
function v2(command: number, family: number, addresses: Buffer): Buffer {
  const header = Buffer.from([command, family, 0, 0])
  header.writeUInt16BE(addresses.length, 2)
  return Buffer.concat([SIGNATURE, header, addresses])
}

/** `::ffff:192.0.2.1` is what a socket for both families calls an IPv4 client. Zones mean nothing to others. */
function withoutMapping(address: string): string {
  const plain = address.replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)
  return mapped === null ? plain : mapped[1]!
}

function addressBytes(address: string, family: 4 | 6): Buffer {
  if (family === 4) return Buffer.from(address.split('.').map(Number))
  const bytes = Buffer.alloc(16)
  const [head = '', tail] = withIpv4Tail(address).split('::')
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [before, after] = [groups(head), groups(tail ?? '')]
  for (const [index, group] of before.entries()) bytes.writeUInt16BE(group, index * 2)
  for (const [index, group] of after.entries()) bytes.writeUInt16BE(group, 16 - (after.length - index) * 2)
  return bytes
}

/** `64:ff9b::192.0.2.1` has its last two groups in decimal. */
function withIpv4Tail(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    return `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`
  })
}

/**
 * Reads an HTCP datagram (RFC 2756) that clears a URL, as MediaWiki sends it:
 * header (length, major, minor), data (length, opcode, flags, transaction), CLR (reason, method, URI, version, fields), authentication.
 *
 * RFC 2756 has the opcode in the high bits of its octet; Squid, and so everybody who talks to Squid, in the low ones. Both are taken.
 *
 * @returns the URI; undefined for anything else
 */
export function readHtcpClear(packet: Buffer): string | undefined {
  if (packet.length < HEADER_BYTES + DATA_BYTES || packet.readUInt16BE(0) > packet.length) return undefined
  const octet = packet[HEADER_BYTES + 2]
  if (octet !== CLEAR && octet !== CLEAR << 4) return undefined
  const dataEnd = Math.min(packet.length, HEADER_BYTES + packet.readUInt16BE(HEADER_BYTES))
  // Behind the two octets that give a reason: method, then URI.
  const method = counted(packet, HEADER_BYTES + DATA_BYTES + 2, dataEnd)
  return method && counted(packet, method.end, dataEnd)?.text
}

const CLEAR = 4
const HEADER_BYTES = 4
const DATA_BYTES = 8

/** A text behind its length in two octets. */
function counted(packet: Buffer, at: number, end: number): { readonly text: string; readonly end: number } | undefined {
  if (at + 2 > end) return undefined
  const textEnd = at + 2 + packet.readUInt16BE(at)
  return textEnd > end ? undefined : { text: packet.toString('latin1', at + 2, textEnd), end: textEnd }
}

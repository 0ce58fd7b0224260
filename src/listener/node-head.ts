import type { IncomingMessage } from 'node:http'
import { type Framing, requestFraming } from '../http1/framing.ts'
import type { ReceivedHead } from '../request/normalise.ts'
import type { Refusal } from '../request/refusal.ts'

/** The head as node:http read it: only the raw fields, since every other view of them drops or joins some. */
export function receivedHead(incoming: IncomingMessage): ReceivedHead {
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    version: incoming.httpVersion,
    fields: incoming.rawHeaders,
    hasBody: false,
  }
}

/** llhttp's own checks leave some disguises of the framing standing (`Transfer-Encoding` in HTTP/1.0): ours do not. */
export function framingOf(head: ReceivedHead): Framing | Refusal {
  return requestFraming({ fields: head.fields, minorVersion: head.version === '1.0' ? 0 : 1 })
}

export function minorVersion(incoming: IncomingMessage): 0 | 1 {
  return incoming.httpVersionMinor === 0 ? 0 : 1
}

/**
 * node:http was told not to upgrade. It then drops what else came in the same read (seen in Node 26), so that a later
 * read may begin in the middle of a request: the connection takes no other one.
 */
export function offersUpgrade(incoming: IncomingMessage): boolean {
  return incoming.rawHeaders.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'upgrade')
}

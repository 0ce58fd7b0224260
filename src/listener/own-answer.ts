import { STATUS_CODES } from 'node:http'
import type { ProxyResponse } from '../request/proxy-response.ts'
import type { Refusal } from '../request/refusal.ts'
import { fieldLines } from './response-framing.ts'

/**
 * The answer of a lane that never reached the core: short, plain text, with the reason where every other response has
 * it, and nothing in it that the client sent.
 */
export function ownAnswer(refusal: Refusal, pseudonym: string): ProxyResponse {
  const { status, reason, message } = refusal
  return {
    status,
    reason: '',
    fields: [
      ...['Content-Type', 'text/plain; charset=utf-8'],
      ...['Cache-Control', 'no-store'],
      ...['Cache-Status', `${pseudonym}; detail=${reason}`],
    ],
    body: Buffer.from(`${status} ${STATUS_CODES[status] ?? 'Error'}\n${message}\n`),
    announcedLength: undefined,
    decision: { outcome: 'error', detail: reason },
    close: true,
  }
}

/**
 * The same as bytes, for where no response object of node:http is at hand or to be trusted. Always closes.
 *
 * @param withBody false for HEAD
 */
export function ownAnswerBytes(response: ProxyResponse, withBody: boolean): Buffer {
  const body = Buffer.isBuffer(response.body) ? response.body : Buffer.alloc(0)
  const { status, fields } = response
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${fieldLines(fields)}` +
    `Date: ${new Date().toUTCString()}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), withBody ? body : Buffer.alloc(0)])
}

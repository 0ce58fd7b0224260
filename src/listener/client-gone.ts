import { ProxyError } from '../errors.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'

export function clientGone(): ProxyError {
  const message = 'Client left before its response was complete'
  return new ProxyError('CLIENT_GONE', message, { source: 'client', status: 499 })
}

/** Tells the source of a body that nobody reads it. */
export function cancelBody(answer: ProxyResponse, reason: ProxyError): void {
  if (answer.body !== undefined && !Buffer.isBuffer(answer.body)) answer.body.cancel(reason)
}

import { clientGone, type ProxyError } from '../errors.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'

export function leftBeforeTheEnd(): ProxyError {
  return clientGone('Client left before its response was complete')
}

/** Tells the source of a body that nobody reads it. */
export function cancelBody(answer: ProxyResponse, reason: ProxyError): void {
  if (answer.body !== undefined && !Buffer.isBuffer(answer.body)) answer.body.cancel(reason)
}

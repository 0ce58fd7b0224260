import type { ProxyError } from '../errors.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'

/** What a client is told in one line; the cause stays in the log. */
const TEXTS = new Map<number, string>([
  [400, 'The request could not be understood.'],
  [405, 'This method is not allowed here.'],
  [408, 'The request took too long to arrive.'],
  [421, 'This server does not serve that site.'],
  [500, 'The proxy met an error of its own.'],
  [502, 'The web server behind this proxy cannot be reached, or gave an answer that cannot be used.'],
  [503, 'The web server behind this proxy has too much to do. Please try again in a moment.'],
  [504, 'The web server behind this proxy took too long to answer.'],
  [508, 'The request came back to this proxy: the origin points to the proxy itself.'],
])

/** A short plain-text response of ours. It is never stored: not here, and by `no-store` nowhere else. */
export function localResponse(
  status: number,
  decision: Decision,
  options: { readonly head: boolean; readonly text?: string; readonly fields?: readonly string[] },
): ProxyResponse {
  const body = Buffer.from(`${options.text ?? TEXTS.get(status) ?? `Status ${status}.`}\n`, 'latin1')
  return {
    status,
    reason: '',
    fields: ['Content-Type', 'text/plain; charset=utf-8', 'Cache-Control', 'no-store', ...(options.fields ?? [])],
    body: options.head ? undefined : body,
    announcedLength: body.length,
    decision,
  }
}

/** The response for a failure that nothing stored could cover. */
export function errorResponse(error: ProxyError, decision: Decision, head: boolean): ProxyResponse {
  return localResponse(error.status, decision, { head, fields: error.status === 503 ? ['Retry-After', '5'] : [] })
}

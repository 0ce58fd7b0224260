import type { ProxyError } from '../errors.ts'
import { OriginOverloadedError } from '../origin/overloaded-error.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'

/** What a client is told in one line; the cause stays in the log. */
const TEXTS = new Map<number, string>([
  [400, 'The request could not be understood.'],
  [405, 'This method is not allowed here.'],
  [408, 'The request took too long to arrive.'],
  [421, 'This server does not serve that site.'],
  [500, 'The proxy met an error of its own.'],
  [502, 'The web server behind this proxy cannot be reached, or gave an answer that cannot be used.'],
  [504, 'The web server behind this proxy took too long to answer.'],
  [508, 'The request came back to this proxy: the origin points to the proxy itself.'],
])

/** A short plain-text response of ours. It is never stored: not here, and by `no-store` nowhere else. */
export function localResponse(
  status: number,
  decision: Decision,
  options: {
    readonly head: boolean
    readonly text?: string
    readonly json?: unknown
    readonly fields?: readonly string[]
  },
): ProxyResponse {
  const isJson = options.json !== undefined
  const text = isJson ? JSON.stringify(options.json) : (options.text ?? TEXTS.get(status) ?? `Status ${status}.`)
  const body = Buffer.from(`${text}\n`)
  const type = isJson ? 'application/json' : 'text/plain; charset=utf-8'
  return {
    status,
    reason: '',
    fields: ['Content-Type', type, 'Cache-Control', 'no-store', ...(options.fields ?? [])],
    body: options.head ? undefined : body,
    announcedLength: body.length,
    decision,
  }
}

/** When to ask again where nothing is known of how long it will take. */
const RETRY_AFTER_SECONDS = 5

/** The response for a failure that nothing stored could cover. */
export function errorResponse(error: ProxyError, decision: Decision, head: boolean): ProxyResponse {
  if (error.status !== 503) return localResponse(error.status, decision, { head })
  const retryAfterSeconds = error instanceof OriginOverloadedError ? error.retryAfterSeconds : RETRY_AFTER_SECONDS
  return waitingPage(retryAfterSeconds, decision, head)
}

/** A small page for people that asks again by itself; for everybody else the same in `Retry-After`. */
function waitingPage(retryAfterSeconds: number, decision: Decision, head: boolean): ProxyResponse {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${retryAfterSeconds}">
<title>One moment, please</title>
<body style="max-width: 30rem; margin: 15vh auto; padding: 0 1rem; font: 1.1rem/1.5 system-ui, sans-serif">
<h1>One moment, please</h1>
<p>The web server behind this proxy has too much to do, or is away for a moment. This page tries again in ${retryAfterSeconds} s.</p>
</html>
`
  const body = Buffer.from(page, 'latin1')
  return {
    status: 503,
    reason: '',
    fields: [
      ...['Content-Type', 'text/html; charset=utf-8', 'Cache-Control', 'no-store'],
      ...['Retry-After', String(retryAfterSeconds)],
    ],
    body: head ? undefined : body,
    announcedLength: body.length,
    decision,
  }
}

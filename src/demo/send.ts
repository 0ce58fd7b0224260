import { createHash } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/** What is sent when the request's conditions do not say otherwise. */
export interface Content {
  readonly type: string
  readonly bytes: string | Buffer
  readonly status?: number
  /** Freshness lifetime; undefined leaves Cache-Control to `fields`. */
  readonly freshSeconds?: number
  readonly modified?: Date
  /** Made from the bytes when not given. */
  readonly etag?: string
  readonly fields?: OutgoingHttpHeaders
}

const compressible = /^(?:text\/|image\/svg|application\/(?:json|atom\+xml))/

/** Sends it as a well-kept Apache would: freshness, validators, 304, gzip with its Vary. */
export function send(request: IncomingMessage, response: ServerResponse, content: Content): void {
  const compresses = compressible.test(content.type)
  const packed = compresses && acceptsGzip(request.headers['accept-encoding'])
  const etag = content.etag ?? `"${digest(content.bytes)}${packed ? '-gzip' : ''}"`
  const fields: OutgoingHttpHeaders = {
    ...validators(etag, content.modified),
    ...freshness(content.freshSeconds),
    ...(compresses && { Vary: 'Accept-Encoding' }),
    ...content.fields,
  }
  const status = content.status ?? 200
  if (status === 200 && isNotModified(request, etag, content.modified)) {
    response.writeHead(304, fields).end()
    return
  }
  const bytes = packed ? gzipSync(content.bytes) : Buffer.from(content.bytes)
  response.writeHead(status, {
    'Content-Type': content.type,
    'Content-Length': bytes.length,
    ...(packed && { 'Content-Encoding': 'gzip' }),
    ...fields,
  })
  // node:http leaves the body away for HEAD.
  response.end(bytes)
}

/** RFC 9110 §13.1: If-None-Match counts, compared weakly; If-Modified-Since only without it. */
export function isNotModified(request: IncomingMessage, etag: string, modified: Date | undefined): boolean {
  const known = request.headers['if-none-match']
  if (known !== undefined) {
    const opaque = etag.replace(/^W\//, '')
    return known.trim() === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === opaque)
  }
  const since = Date.parse(request.headers['if-modified-since'] ?? '')
  return modified !== undefined && Math.floor(modified.getTime() / 1000) * 1000 <= since
}

function validators(etag: string, modified: Date | undefined): OutgoingHttpHeaders {
  return { ETag: etag, ...(modified !== undefined && { 'Last-Modified': modified.toUTCString() }) }
}

/** Both ways of saying it, as mod_expires does. */
function freshness(seconds: number | undefined): OutgoingHttpHeaders {
  if (seconds === undefined) return {}
  return { 'Cache-Control': `max-age=${seconds}`, Expires: new Date(Date.now() + seconds * 1000).toUTCString() }
}

function acceptsGzip(accepted: string | undefined): boolean {
  return (accepted ?? '').split(',').some((coding) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding))
}

function digest(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 16)
}

/*
 * The origin behind every server that is measured, on a free port of 127.0.0.1: `node origin.ts [DELAY_MS]`. Its pages are those of
 * origin-site.ts; `/counts` answers how many requests there were for them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { countsPath, lastModified, originPage } from './origin-site.ts'

let requests = 0
const delayMs = Number(process.argv[2] ?? 0)

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '/'
  if (path === countsPath) {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' }).end(`${requests}`)
    return
  }
  requests++
  const page = originPage(path, /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''))
  if (page === undefined) {
    response.writeHead(404, { 'Content-Length': 0, 'Cache-Control': 'no-store' }).end()
    return
  }
  const fields = {
    'Content-Type': 'text/html; charset=utf-8',
    ...(page.variesByEncoding && { Vary: 'Accept-Encoding' }),
    ...(page.etag === undefined
      ? { 'Cache-Control': 'no-store' }
      : { 'Cache-Control': 'public, max-age=3600', 'Last-Modified': lastModified, ETag: page.etag }),
  }
  if (page.etag !== undefined && request.headers['if-none-match'] === page.etag) {
    response.writeHead(304, fields).end()
    return
  }
  response.writeHead(200, {
    ...fields,
    ...(page.isGzip && { 'Content-Encoding': 'gzip' }),
    'Content-Length': page.body.length,
  })
  response.end(page.body)
}

// Longer than any run: a connection closed under load would be measured as an error of the proxy.
const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  if (delayMs === 0) answer(request, response)
  else setTimeout(answer, delayMs, request, response)
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`origin: listening on ${(server.address() as AddressInfo).port}`)
})

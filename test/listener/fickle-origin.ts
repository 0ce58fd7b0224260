import { formatHttpDate } from '../../src/http/date.ts'
import { mutated, type Random } from '../http1/generate.ts'
import { latin1 } from '../http1/support.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'

/** What an origin says of a page that is made anew for everybody. */
function usual(random: Random, nowMs: number, more: readonly string[], isChunked: boolean): string {
  const body = 'x'.repeat(random.of([0, 1, 9, 10, 11, 300, 1500]))
  const lines = [
    'HTTP/1.1 200 OK',
    `Date: ${formatHttpDate(nowMs - random.below(2) * 1000)}`,
    'Content-Type: text/html; charset=utf-8',
    'Cache-Control: no-store',
    `Set-Cookie: visit=${random.below(1e6)}; Path=/`,
    ...more,
    isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${isChunked ? inChunks(random, body) : body}`
}

/** Mostly as it would be written here. */
function inChunks(random: Random, body: string): string {
  const at = random.below(body.length + 1)
  const parts = [body.slice(0, at), body.slice(at)].filter((part) => part !== '')
  const sizeOf = ({ length }: string): string => {
    const size = length.toString(16)
    return random.once(20) ? random.of([`0${size}`, size.toUpperCase(), `${size};x`, `${size} `]) : size
  }
  const end = random.once(20) ? '0\r\nX-End: 1\r\n\r\n' : '0\r\n\r\n'
  return `${parts.map((part) => `${sizeOf(part)}\r\n${part}\r\n`).join('')}${end}`
}

type Send = (request: ScriptedRequest, usual: string) => Promise<void>

/** What else it may do. */
const unusual: readonly Send[] = [
  (request, text) => request.send(text.replace('no-store', 'private')),
  (request, text) => request.send(text.replace('no-store', 'max-age=2')),
  (request, text) => request.send(text.replace('Cache-Control: no-store\r\n', '')),
  (request, text) => request.send(text.replace('text/html', 'text/plain')),
  (request, text) => request.send(text.replace('200 OK', '404 Not Found')),
  (request, text) => request.send(text.replace('200 OK', '503 Busy')),
  (request, text) => request.send(text.replace('200 OK', '200 Fine')),
  (request, text) => request.send(text.replace('Date:', 'X-Odd: 1\r\nDate:')),
  (request, text) => request.send(text.replace('Date:', 'Surrogate-Key: one\r\nDate:')),
  (request, text) => request.send(text.replace('Date:', 'Age: 5\r\nDate:')),
  (request, text) => request.send(text.replace('Date:', 'Keep-Alive: timeout=5\r\nDate:')),
  (request, text) => request.send(text.replace('Set-Cookie', 'Set-Cookie: second=1\r\nSet-Cookie')),
  (request, text) => request.send(text.replace('Content-Length: ', 'Content-Length: 0')),
  (request, text) => request.send(text.replace('Content-Length: ', 'Content-Length:  ')),
  (request, text) => request.send(text.replace(/Date: .*\r\n/, '')),
  (request, text) => request.send(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${text}`),
  (request, text) => request.send(text.replace(/Content-Length: (\d+)\r\n\r\n.*$/s, chunked)),
  async (request, text) => {
    await request.send(text.replace('Date:', 'Connection: close\r\nDate:'))
    request.fin()
  },
  async (request, text) => {
    await request.send(text.replace('HTTP/1.1', 'HTTP/1.0'))
    request.fin()
  },
  async (request, text) => {
    await request.send(`${text}x`)
    request.fin()
  },
  async (request, text) => {
    await request.send(text.slice(0, -1))
    request.fin()
  },
  async (request, text) => {
    for (const part of [text.slice(0, 40), text.slice(40, -3), text.slice(-3)]) {
      await request.send(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
  },
  async (request) => request.reset(),
]

function chunked(): string {
  return 'Transfer-Encoding: chunked\r\n\r\n4\r\nmany\r\n0\r\n\r\n'
}

/** An answer by chance: mostly the usual one, at times another, or with bytes broken. */
export async function answerFickly(request: ScriptedRequest, random: Random, nowMs: number): Promise<void> {
  const more = request.target === '/languages' ? [`Content-Language: ${random.of(['de', 'de', 'de', 'en'])}`] : []
  if (request.target === '/purges') more.push(`X-LiteSpeed-Purge: public,tag=F${random.below(2)}`)
  const text = usual(random, nowMs, more, request.target === '/chunks')
  if (random.once(12)) {
    await request.send(mutated(random, latin1(text), 1 + random.below(2)))
    return request.fin()
  }
  if (random.once(6)) return random.of(unusual)(request, text)
  await request.send(text)
}

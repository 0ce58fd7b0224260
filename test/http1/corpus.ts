/** What must never be read as a request of its own, behind most of the attacks. */
const SMUGGLED = 'GET /p/SMUG HTTP/1.1\r\nHost: h\r\n\r\n'

const POST = 'POST /p/a HTTP/1.1\r\nHost: h\r\n'
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`
const GET = 'GET /p/a HTTP/1.1\r\nHost: h\r\n'

/** The attack corpus as bytes: framing, lengths, chunks, field syntax, request line, and what is odd but right. */
export const CORPUS_REQUESTS: readonly string[] = [
  // A-SM
  `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n21\r\n${SMUGGLED}\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `POST /p/a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `${POST}Transfer-Encoding\t: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `${POST}Transfer-Encoding: cow\r\n\r\n21\r\n${SMUGGLED}\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `${POST}Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello`,
  `${POST}Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  // A-CL
  `${POST}Content-Length: 0xa\r\n\r\n0123456789${SMUGGLED}`,
  `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`,
  `${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
  `${POST}Content-Length: +10\r\n\r\n0123456789`,
  `${POST}Content-Length: 5, 5\r\n\r\nhello`,
  `${POST}Content-Length:\r\n\r\n`,
  `${POST}Content-Length: 99999999999999999999\r\n\r\n`,
  `${POST}CONTENT-LENGTH: 5\r\ncontent-Length: 5\r\n\r\nhello`,
  // A-CH
  `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  `${CHUNKED}10000000000000005\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  `${CHUNKED}3\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  `${CHUNKED}5\r\nhello\n0\r\n\r\n${SMUGGLED}`,
  `${CHUNKED}5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
  `${CHUNKED}-5\r\nhello\r\n0\r\n\r\n`,
  `${CHUNKED}5 \t\r\nhello\r\n0\r\n\r\n`,
  `${CHUNKED}21\r\n${SMUGGLED}\r\n0\r\n\r\n${SMUGGLED}`,
  // A-HS
  `${GET}X-A: 1\rX-B: 2\r\n\r\n`,
  `${GET}X-A: a\x00b\r\n\r\n`,
  `${GET}X-A: one\r\n  two\r\n\r\n`,
  'GET /p/a HTTP/1.1\nHost: h\nX-A: 1\n\n',
  `${GET}Content-Length : 5\r\n\r\nhello`,
  `${GET}: value\r\n\r\n`,
  `${GET}X-A value\r\n\r\n`,
  `${GET}Cache-Control:\t max-age=0 \t\r\n\r\n`,
  // A-RL
  'GET /p/a HTTP/3.0\r\nHost: h\r\n\r\n',
  'GET /p/a\x00b HTTP/1.1\r\nHost: h\r\n\r\n',
  'GET /p/a b HTTP/1.1\r\nHost: h\r\n\r\n',
  `CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n${SMUGGLED}`,
  'GET  /x HTTP/1.1\r\n\r\n',
  'GET /x HTTP/1.2\r\n\r\n',
  'get /x HTTP/1.1\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n',
  'GET /a\\..\\b HTTP/1.1\r\nHost: h\r\n\r\n',
  // A-OK
  `${POST}Content-Length: 5\r\n\r\nhello${GET}\r\n`,
  `${CHUNKED}5;a=b;c="d\te"\r\nhello\r\n0;x\r\n\r\n`,
  `${POST}Trailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n`,
  `\r\n${GET}\r\n`,
  'GET /p/a HTTP/1.0\r\n\r\n',
  'GET http://h/p/a HTTP/1.1\r\nHost: h\r\n\r\n',
  `${GET}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
]

const OK = 'HTTP/1.1 200 OK\r\n'

/** The same of what an origin may send. */
export const CORPUS_RESPONSES: readonly string[] = [
  `${OK}Content-Length: 1000\r\n\r\nhello`,
  `${OK}Content-Length: 5\r\n\r\nhello${OK}\r\n`,
  `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
  `${OK}Content-Length: 5\r\nContent-Length: 60\r\n\r\nhello`,
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
  `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`,
  `${OK}X-A: a\r\n b\r\n\r\n`,
  `${OK}Content-Length : 5\r\n\r\nhello`,
  `${OK}Content-Length: 5x\r\n\r\nhello`,
  `${OK}Content-Length: -1\r\n\r\nhello`,
  'HTTP/1.1 099 X\r\n\r\n',
  'HTTP/1.1 600 X\r\n\r\n',
  'HTTP/1.1 1000 X\r\n\r\n',
  `HTTP/1.1 200 ${'\xe9'.repeat(1000)}\r\nContent-Length: 0\r\n\r\n`,
  `${OK}\r\nuntil the end`,
  `${OK}Location: /a\r\nSet-Cookie: x\r\nContent-Length: 0\r\n\r\n`,
  `${OK}Transfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `${OK}Transfer-Encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nxx',
]

import {
  bodyIs,
  CRLF,
  chunked,
  either,
  get,
  hostIs,
  lacks,
  pass,
  post,
  type RequestCase,
  reject,
  request,
  SMUG,
  SMUG_HEX,
  values,
  withHost,
} from './request-case.ts'

const framing: readonly RequestCase[] = [
  either(
    'A-SM-01',
    'CL.TE',
    post([`Content-Length: ${5 + SMUG.length}`, 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUG}`),
  ),
  either(
    'A-SM-02',
    'TE.CL',
    post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `${SMUG_HEX}\r\n${SMUG}\r\n0\r\n\r\n`),
  ),
  reject('A-SM-03', 'TE not final', post(['Transfer-Encoding: chunked, gzip'], `0\r\n\r\n${SMUG}`)),
  reject(
    'A-SM-04',
    'TE in HTTP/1.0',
    request(
      'POST /p/a HTTP/1.0',
      ['Host: h', 'Connection: keep-alive', 'Transfer-Encoding: chunked'],
      `0\r\n\r\n${SMUG}`,
    ),
  ),
  reject('A-SM-05', 'TE name', post(['Transfer-Encoding\t: chunked', 'Content-Length: 5'], `0\r\n\r\n${SMUG}`)),
  reject('A-SM-06', 'TE unknown', post(['Transfer-Encoding: cow'], `${SMUG_HEX}\r\n${SMUG}\r\n0\r\n\r\n`)),
  reject(
    'A-SM-07',
    'TE twice',
    post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked', 'Content-Length: 5'], `0\r\n\r\n${SMUG}`),
  ),
  reject('A-SM-08', 'TE identity', post(['Transfer-Encoding: identity', 'Content-Length: 5'], 'hello')),
  reject('A-SM-09', 'TE list', post(['Transfer-Encoding: gzip, chunked'], '5\r\nhello\r\n0\r\n\r\n')),
  reject('A-SM-10', 'error then pipeline: bad Host', withHost('h/evil') + SMUG),
  reject('A-SM-10', 'error then pipeline: bad framing', post(['Content-Length: 5x'], 'hello') + SMUG),
  reject('A-SM-10', 'error then pipeline: bad chunk', chunked('zz\r\nhello\r\n0\r\n\r\n') + SMUG),
  reject('A-SM-10', 'error then pipeline: two Hosts', get('Host: h') + SMUG),
  either('A-SM-11', 'body dropped, CL kept', get('Content-Length: 10') + '0123456789', { check: bodyIs('0123456789') }),
  reject('A-SM-12', 'cut upload with Content-Length', post(['Content-Length: 100'], 'x'.repeat(50)), 'fin'),
  reject('A-SM-12', 'cut chunked upload', chunked('5\r\nhello\r\n'), 'fin'),
  either(
    'A-SM-13',
    'Connection: Transfer-Encoding',
    post(['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked'], `0\r\n\r\n`),
  ),
  reject('A-CL-01', 'CL value', post(['Content-Length: 0xa'], `0123456789${SMUG}`)),
  reject('A-CL-02', 'CL negative', post(['Content-Length: -1'], SMUG)),
  either('A-CL-03', 'CL twice equal', post(['Content-Length: 5', 'Content-Length: 5'], 'hello'), {
    check: bodyIs('hello'),
  }),
  reject('A-CL-04', 'plus sign', post(['Content-Length: +10'], '0123456789')),
  either('A-CL-05', 'list of equals', post(['Content-Length: 5, 5'], 'hello'), { check: bodyIs('hello') }),
  reject('A-CL-06', 'empty', post(['Content-Length:'], 'hello')),
  reject('A-CL-07', 'too large', post(['Content-Length: 99999999999999999999'], 'hello')),
  either('A-CL-09', 'name case', post(['CONTENT-LENGTH: 5', 'content-Length: 5'], 'hello'), { check: bodyIs('hello') }),
]

const chunks: readonly RequestCase[] = [
  reject('A-CH-01', 'chunk size', chunked(`0x5\r\nhello\r\n0\r\n\r\n${SMUG}`)),
  reject('A-CH-02', 'chunk size overflow', chunked(`10000000000000005\r\nhello\r\n0\r\n\r\n${SMUG}`)),
  reject('A-CH-03', 'chunk spill', chunked(`3\r\nhello\r\n0\r\n\r\n${SMUG}`)),
  reject('A-CH-04', 'chunk data end', chunked(`5\r\nhello\n0\r\n\r\n${SMUG}`)),
  either('A-CH-05', 'long chunk extension', chunked(`5;a${'a'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`), {
    check: bodyIs('hello'),
  }),
  reject('A-CH-06', 'negative', chunked('-5\r\nhello\r\n0\r\n\r\n')),
  either('A-CH-07', 'space after size', chunked('5 \t\r\nhello\r\n0\r\n\r\n'), { check: bodyIs('hello') }),
  pass(
    'A-CH-08',
    'data like a request',
    [chunked(`${(5 + SMUG.length).toString(16)}\r\n0\r\n\r\n${SMUG}\r\n0\r\n\r\n`)],
    {
      check: bodyIs(`0\r\n\r\n${SMUG}`),
    },
  ),
  reject('A-CH-09', 'cut', chunked('5\r\nhel'), 'fin'),
  reject('A-CH-11', 'extensions in sum', chunked(`1;${'e'.repeat(100)}\r\nx\r\n`.repeat(4000) + '0\r\n\r\n')),
  either('A-CH-12', 'large trailer', chunked(`5\r\nhello\r\n0\r\nX-T: ${'t'.repeat(65_536)}\r\n\r\n`), {
    check: lacks('x-t'),
  }),
]

const fields: readonly RequestCase[] = [
  reject('A-HS-01', 'bare CR', get('X-A: 1\rX-B: 2')),
  reject('A-HS-02', 'NUL', get('X-A: a\x00b')),
  either('A-HS-03', 'folded value', get('X-A: one\r\n  two'), {
    check: (seen) => values(seen, 'x-a').join() === 'one two',
  }),
  either('A-HS-04', 'bare LF', 'GET /p/a HTTP/1.1\nHost: h\nX-A: 1\n\n'),
  reject('A-HS-05', 'many fields', get(...Array.from({ length: 5000 }, (_, i) => `X-${i}: 1`))),
  reject('A-HS-05', 'one field too many', get(...Array.from({ length: 100 }, (_, i) => `X-${i}: 1`))),
  reject('A-HS-06', 'large field', get(`X-A: ${'a'.repeat(262_144)}`)),
  reject('A-HS-07', 'space before colon', post(['Content-Length : 5'], 'hello')),
  reject('A-HS-07', 'space before colon of Host', request('GET /p/a HTTP/1.1', ['Host : h'])),
  reject('A-HS-08', 'empty name', get(': value')),
  reject('A-HS-09', 'no colon', get('X-A value')),
  reject('A-HS-10', 'long name', get(`${'N'.repeat(32_768)}: 1`)),
  either(
    'A-HS-11',
    'same field twice',
    get('Authorization: a', 'If-None-Match: "1"', 'Authorization: b', 'If-None-Match: "2"'),
    {
      check: (seen) => values(seen, 'authorization').join() === 'a,b',
    },
  ),
  pass('A-HS-12', 'white space around a value', [get('Cache-Control:\t max-age=0 \t')], {
    check: (seen) => values(seen, 'cache-control').join() === 'max-age=0',
  }),
  either('A-HS-13', 'underscore twin', get('X_Forwarded_For: 1.2.3.4', 'X_Original_URL: /admin'), {
    check: lacks('x_forwarded_for', 'x_original_url'),
  }),
]

const requestLine: readonly RequestCase[] = [
  reject('A-RL-01', 'version', request('GET /p/a HTTP/3.0', ['Host: h'])),
  reject('A-RL-01', 'version 2.0', request('GET /p/a HTTP/2.0', ['Host: h'])),
  reject('A-RL-02', 'NUL in target', request('GET /p/a\x00b HTTP/1.1', ['Host: h'])),
  reject('A-RL-03', 'space in target', request('GET /p/a b HTTP/1.1', ['Host: h'])),
  reject('A-RL-04', 'CONNECT', request('CONNECT 127.0.0.1:9 HTTP/1.1', ['Host: 127.0.0.1:9']) + SMUG),
  either('A-RL-05', 'two spaces', request('GET  /p/a HTTP/1.1', ['Host: h']), {
    check: (seen) => seen.target === '/p/a',
  }),
  either('A-RL-06', 'minor version', request('GET /p/a HTTP/1.2', ['Host: h'])),
  either('A-RL-07', 'method case', request('get /p/a HTTP/1.1', ['Host: h']), {
    check: (seen) => seen.method === 'get',
  }),
  reject('A-RL-09', 'long target', request(`GET /${'a'.repeat(65_536)} HTTP/1.1`, ['Host: h'])),
  {
    ...reject('A-RL-09', 'target over the limit', request(`GET /${'a'.repeat(9000)} HTTP/1.1`, ['Host: h'])),
    statuses: [414],
  },
  reject('A-RL-10', 'asterisk of GET', request('GET * HTTP/1.1', ['Host: h'])),
  pass('A-RL-11', 'backslash', [request('GET /a\\..\\b HTTP/1.1', ['Host: h'])], {
    check: (seen) => seen.target === '/a\\..\\b',
  }),
  reject('A-RL-12', 'fragment', request('GET /p/a#b HTTP/1.1', ['Host: h'])),
]

const authority: readonly RequestCase[] = [
  reject('A-HO-01', 'Host missing', request('GET /p/a HTTP/1.1', [])),
  reject('A-HO-02', 'Host twice', get('X-A: 1', 'Host: h')),
  reject('A-HO-03', 'path in Host', withHost('h/evil')),
  reject('A-HO-03', 'user in Host', withHost('u@h')),
  either('A-HO-04', 'absolute-form of another host', request('GET http://evil.test/p/x HTTP/1.1', ['Host: h']), {
    check: hostIs('evil.test'),
  }),
  reject('A-HO-05', 'SSRF', request('GET http://127.0.0.1:9/p/x HTTP/1.1', ['Host: h'])),
  reject('A-HO-06', 'empty', withHost('')),
  reject('A-HO-07', 'port out of range', withHost('h:99999')),
  reject('A-HO-07', 'two ports', withHost('h:80:80')),
  reject('A-HO-08', 'open bracket', withHost('[::1')),
  reject('A-HO-08', 'text behind bracket', withHost('[::1].x')),
  ...['H.TEST', 'h.test:80', 'h.test.', 'h.test:'].map((host) =>
    either('A-HO-10', `same name: ${host}`, withHost(host), { check: hostIs('h.test') }),
  ),
  either('A-HO-11', 'scheme', request('GET https://h/p/x HTTP/1.1', ['Host: h']), {
    check: (seen) => !values(seen, 'x-forwarded-proto').includes('https'),
  }),
]

const hopByHop: readonly RequestCase[] = [
  either('A-HH-01', 'Connection list', get('Connection: X-Hop-A', 'X-Hop-A: secret'), {
    check: lacks('x-hop-a', 'connection'),
  }),
  either('A-HH-02', 'Connection: Host', get('Connection: keep-alive, Host'), { check: hostIs('h') }),
  either(
    'A-HH-03',
    'standard hop fields',
    get('Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'TE: gzip', 'Connection: TE', 'Upgrade: foo'),
    { check: lacks('keep-alive', 'proxy-connection', 'te', 'upgrade') },
  ),
  ...['Cookie', 'Authorization', 'Cache-Control'].map((name) =>
    either('A-HH-05', `end-to-end named: ${name}`, get(`Connection: ${name}`, `${name}: x`), {
      check: lacks(name.toLowerCase()),
    }),
  ),
  pass('A-HH-06', 'own fields named', [get('Connection: X-Forwarded-For', 'X-Forwarded-For: 1.2.3.4')], {
    check: (seen) => !values(seen, 'x-forwarded-for').join().includes('1.2.3.4'),
  }),
  pass('A-HH-08', 'Proxy-Authorization', [get('Proxy-Authorization: Basic x')], {
    check: lacks('proxy-authorization'),
  }),
  pass('A-HH-10', 'X-Forwarded-For', [get('X-Forwarded-For: 1.2.3.4', 'Forwarded: for=1.2.3.4')], {
    check: (seen) => !seen.fields.some((value) => value.includes('1.2.3.4')),
  }),
]

const unkeyed: readonly RequestCase[] = [
  pass('A-CP-01', 'X-Forwarded-Host', [get('X-Forwarded-Host: evil.test')], {
    check: (seen) => !values(seen, 'x-forwarded-host').includes('evil.test'),
  }),
  pass('A-CP-02', 'X-Original-URL', [get('X-Original-URL: /evil', 'X-Rewrite-URL: /evil')], {
    check: lacks('x-original-url', 'x-rewrite-url'),
  }),
  pass(
    'A-CP-04',
    'other host fields',
    [
      get(
        'X-Host: e',
        'X-Forwarded-Server: e',
        'X-Forwarded-Port: 1',
        'X-Original-Host: e',
        'Proxy: e',
        'X-Real-IP: 1.1.1.1',
      ),
    ],
    { check: lacks('x-host', 'x-forwarded-server', 'x-forwarded-port', 'x-original-host', 'proxy', 'x-real-ip') },
  ),
  pass(
    'A-PR-01',
    'names from Object.prototype',
    [
      get('__proto__: 1', 'constructor: 2', 'hasOwnProperty: 3', 'toString: 4', 'Cookie: __proto__=1'),
      request('GET /p/b?__proto__[a]=1&constructor=2 HTTP/1.1', ['Host: h']),
    ],
    { statuses: [200, 200], seen: 2 },
  ),
]

const upgradesAndExpectations: readonly RequestCase[] = [
  either(
    'A-UP-01',
    'h2c upgrade',
    get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    { check: lacks('upgrade', 'http2-settings', 'connection') },
  ),
  reject('A-UP-01', 'pipeline behind h2c', get('Connection: Upgrade', 'Upgrade: h2c', 'Host: h') + SMUG),
  pass('A-EX-01', 'expect', [post(['Expect: 100-continue', 'Content-Length: 5'], ''), { pauseMs: 200 }, 'hello'], {
    check: bodyIs('hello'),
  }),
  { ...reject('A-EX-02', 'unknown expectation', get('Expect: 200-ok')), statuses: [417] },
  pass(
    'A-EX-03',
    'old client',
    [request('POST /p/a HTTP/1.0', ['Host: h', 'Expect: 100-continue', 'Content-Length: 5'], 'hello')],
    { check: bodyIs('hello') },
  ),
]

const legal: readonly RequestCase[] = [
  pass('A-OK-01', 'pipelining', [[1, 2, 3, 4].map((n) => request(`GET /p/${n} HTTP/1.1`, ['Host: h'])).join('')], {
    statuses: [200, 200, 200, 200],
    seen: 4,
  }),
  pass('A-OK-02', 'POST then GET', [post(['Content-Length: 5'], 'hello') + request('GET /p/b HTTP/1.1', ['Host: h'])], {
    statuses: [200, 200],
    seen: 2,
    check: (seen) => seen.body === (seen.method === 'POST' ? 'hello' : ''),
  }),
  pass('A-OK-03', 'chunk extension', [chunked('5;a=b;c="d\te"\r\nhello\r\n0;x\r\n\r\n')], { check: bodyIs('hello') }),
  pass(
    'A-OK-04',
    'trailer',
    [post(['Trailer: X-T', 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n')],
    {
      check: bodyIs('hello'),
    },
  ),
  pass('A-OK-05', 'leading CRLF', [CRLF + get()]),
  pass('A-OK-06', 'HTTP/1.0', ['GET /p/a HTTP/1.0\r\n\r\n']),
  pass('A-OK-07', 'absolute-form', [request('GET http://h/p/a HTTP/1.1', ['Host: h'])], {
    check: (seen) => seen.target === '/p/a',
  }),
  pass('A-OK-08', 'long but legal', [request(`GET /p/${'a'.repeat(7000)} HTTP/1.1`, ['Host: h'])]),
  pass('A-OK-09', 'HEAD', [request('HEAD /p/a HTTP/1.1', ['Host: h']) + request('GET /p/b HTTP/1.1', ['Host: h'])], {
    statuses: [200, 200],
    seen: 2,
  }),
]

/** The cases of the attack corpus that the client's side decides. */
export const requestCases: readonly RequestCase[] = [
  ...framing,
  ...chunks,
  ...fields,
  ...requestLine,
  ...authority,
  ...hopByHop,
  ...unkeyed,
  ...upgradesAndExpectations,
  ...legal,
]

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ErrorCode } from '../../src/errors.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { anOriginAndPool, ask } from './support/asking.ts'

type Ending = 'stay' | 'fin' | 'reset'

function script(bytes: string, ending: Ending): (request: ScriptedRequest) => Promise<void> {
  return async (request) => {
    await request.send(bytes)
    if (ending === 'fin') request.fin()
    if (ending === 'reset') request.reset()
  }
}

const ok = 'HTTP/1.1 200 OK\r\n'

/** Refused before anything is delivered: the client gets 502. */
const refusedHeads: readonly (readonly [name: string, bytes: string, code?: ErrorCode])[] = [
  ['two different Content-Length fields (A-RS-04)', `${ok}Content-Length: 5\r\nContent-Length: 60\r\n\r\nhello`],
  ['two equal Content-Length fields', `${ok}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
  ['a list as Content-Length', `${ok}Content-Length: 5, 5\r\n\r\nhello`],
  ['Content-Length: 5x (A-RS-12)', `${ok}Content-Length: 5x\r\n\r\nhello`],
  ['Content-Length: -1 (A-RS-12)', `${ok}Content-Length: -1\r\n\r\nhello`],
  ['Content-Length: +5', `${ok}Content-Length: +5\r\n\r\nhello`],
  ['a Content-Length beyond counting', `${ok}Content-Length: 99999999999999999999\r\n\r\nhello`],
  ['Content-Length and Transfer-Encoding', `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['Transfer-Encoding: xchunked', `${ok}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['Transfer-Encoding: chunked, identity', `${ok}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ['Transfer-Encoding: gzip, chunked', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['Transfer-Encoding twice', `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['Transfer-Encoding in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a folded field (A-RS-10)', `${ok}X-A: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
  ['space before the colon (A-RS-11)', `${ok}Content-Length : 5\r\n\r\nhello`],
  ['bare LF', `${ok}X-A: a\nContent-Length: 0\r\n\r\n`],
  ['bare CR in a value', `${ok}X-A: a\rb\r\nContent-Length: 0\r\n\r\n`],
  ['NUL in a value', `${ok}X-A: a\0b\r\nContent-Length: 0\r\n\r\n`],
  ['a control byte in a value', `${ok}X-A: a\x01b\r\nContent-Length: 0\r\n\r\n`],
  ['a field without a name', `${ok}: x\r\nContent-Length: 0\r\n\r\n`],
  ['a line without a colon', `${ok}nonsense\r\nContent-Length: 0\r\n\r\n`],
  ['HTTP/0.9', '<html>hello</html>\r\n\r\n'],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['status 099 (A-RS-13)', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'],
  ['status 600 (A-RS-13)', 'HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n'],
  ['status 1000 (A-RS-13)', 'HTTP/1.1 1000 X\r\nContent-Length: 0\r\n\r\n'],
  ['status 999', 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n'],
  ['101 that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
  ['interim responses without end', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(101)],
  ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['1001 fields', `${ok}${'X: y\r\n'.repeat(1001)}\r\n`, 'ORIGIN_HEAD_TOO_LARGE'],
  ['a head of more than 256 KiB', `${ok}X-A: ${'a'.repeat(256 * 1024)}\r\n\r\n`, 'ORIGIN_HEAD_TOO_LARGE'],
  [
    'a head without end',
    `${ok}${'X-A: 0123456789012345678901234567890123456789\r\n'.repeat(20_000)}`,
    'ORIGIN_HEAD_TOO_LARGE',
  ],
]

describe('a response head that cannot be trusted is answered 502', () => {
  for (const [name, bytes, code = 'ORIGIN_BAD_RESPONSE'] of refusedHeads) {
    it(name, async (t) => {
      const { pool, origin } = await anOriginAndPool(t, script(bytes, 'stay'))
      const asked = ask(pool)
      const { error } = await asked.outcome
      assert.equal(error?.code, code)
      assert.equal(error.status, 502)
      assert.match(error.message, /^Cannot use response from origin "a": (?!Cannot)/)
      await origin.connections[0]!.closed
      assert.equal(asked.calls.at(-1), 'error')
      assert.equal(origin.requests.length, 1, 'and is not asked for again')
      origin.script = (request) => request.respond({ body: 'fine' })
      assert.equal((await ask(pool).outcome).body, 'fine', 'the next request is answered')
    })
  }
})

/** The head was delivered: the body must fail, never end. */
const cutBodies: readonly (readonly [
  name: string,
  bytes: string,
  ending: Ending,
  received: string,
  code?: ErrorCode,
])[] = [
  ['a length cut by FIN (A-RS-01)', `${ok}Content-Length: 1000\r\n\r\nabc`, 'fin', 'abc'],
  ['a length cut by RST (A-RS-01)', `${ok}Content-Length: 1000\r\n\r\nabc`, 'reset', 'abc'],
  ['a length cut before its first byte', `${ok}Content-Length: 1000\r\n\r\n`, 'fin', ''],
  ['chunks cut by FIN (A-RS-02)', `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`, 'fin', 'abc'],
  ['chunks cut by RST (A-RS-02)', `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`, 'reset', 'abc'],
  ['chunks cut inside one', `${ok}Transfer-Encoding: chunked\r\n\r\n9\r\nabc`, 'fin', 'abc'],
  ['chunks cut in the last line', `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n`, 'fin', 'abc'],
  ['chunks cut in the trailers', `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: `, 'fin', 'abc'],
  ['a body until close ended by RST (A-RS-15)', `${ok}\r\nabc`, 'reset', 'abc'],
  [
    'a bad chunk line later (A-RS-06)',
    `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`,
    'stay',
    'abc',
    'ORIGIN_BAD_RESPONSE',
  ],
  [
    'chunk data longer than said',
    `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n`,
    'stay',
    'abc',
    'ORIGIN_BAD_RESPONSE',
  ],
  [
    'a chunk size beyond counting',
    `${ok}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\nabc`,
    'stay',
    '',
    'ORIGIN_BAD_RESPONSE',
  ],
  [
    'a bad trailer',
    `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX : y\r\n\r\n`,
    'stay',
    'abc',
    'ORIGIN_BAD_RESPONSE',
  ],
  [
    'trailers without end',
    `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n${'X: y\r\n'.repeat(9000)}`,
    'stay',
    'abc',
    'ORIGIN_BAD_RESPONSE',
  ],
]

describe('a body that does not end as announced fails its reader', () => {
  for (const [name, bytes, ending, received, code = 'ORIGIN_CUT'] of cutBodies) {
    it(name, async (t) => {
      const reader = Promise.withResolvers<void>()
      const headEnd = bytes.indexOf('\r\n\r\n') + 4 + received.length
      const { pool, origin } = await anOriginAndPool(t, async (request) => {
        // What was sent before an RST may be lost on the way: it is sent when the rest was read.
        await request.send(bytes)
        if (ending === 'reset') await reader.promise
        if (ending !== 'stay') request[ending]()
      })
      const asked = ask(pool, { unread: true })
      const { body } = (await asked.head)!
      const seen = await new Promise<{ text: string; code: string }>((resolve) => {
        let text = ''
        body!.start({
          write(chunk) {
            text += chunk.toString('latin1')
            if (text.length === received.length) reader.resolve()
            return true
          },
          end: () => resolve({ text, code: 'ended' }),
          fail: (error) => resolve({ text, code: error.code }),
        })
        if (received === '') reader.resolve()
      })
      assert.deepEqual(seen, { text: received, code }, `head and body of ${headEnd} bytes`)
      await origin.connections[0]!.closed
      origin.script = (request) => request.respond({ body: 'fine' })
      assert.equal((await ask(pool).outcome).body, 'fine', 'the next request is answered on a new connection')
      assert.equal(origin.connections.length, 2)
    })
  }
})

describe('a connection that breaks before the head is complete', () => {
  for (const [name, bytes, ending] of [
    ['FIN without a byte', '', 'fin'],
    ['RST without a byte', '', 'reset'],
    ['FIN within the status line', 'HTTP/1.1 20', 'fin'],
    ['FIN within the fields', `${ok}Content-Le`, 'fin'],
    ['FIN after an interim response', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'fin'],
  ] as const) {
    it(`is answered 502: ${name}`, async (t) => {
      const { pool, origin } = await anOriginAndPool(t, script(bytes, ending))
      const { error, response } = await ask(pool).outcome
      assert.equal(error?.code, 'ORIGIN_RESET')
      assert.equal(error.status, 502)
      assert.equal(response, undefined)
      assert.equal(origin.requests.length, 1)
    })
  }
})

describe('bytes that no request asked for', () => {
  it('behind a response destroy the connection; the response stands (A-RS-03)', async (t) => {
    const { pool, origin } = await anOriginAndPool(
      t,
      script(`${ok}Content-Length: 2\r\n\r\nok${ok}Content-Length: 4\r\n\r\nevil`, 'stay'),
    )
    assert.deepEqual(await ask(pool).outcome.then(({ body, error }) => ({ body, error })), {
      body: 'ok',
      error: undefined,
    })
    await origin.connections[0]!.closed
    origin.script = (request) => request.respond({ body: 'second' })
    assert.equal((await ask(pool).outcome).body, 'second')
    assert.equal(origin.connections.length, 2)
  })

  it('behind a last chunk destroy the connection', async (t) => {
    const { pool, origin } = await anOriginAndPool(
      t,
      script(`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n\n`, 'stay'),
    )
    assert.equal((await ask(pool).outcome).body, 'ok')
    await origin.connections[0]!.closed
  })

  it('as a body for HEAD destroy the connection', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, script(`${ok}Content-Length: 2\r\n\r\nok`, 'stay'))
    assert.equal((await ask(pool, { method: 'HEAD' }).outcome).response?.announcedLength, 2)
    await origin.connections[0]!.closed
  })

  it('on an idle connection destroy it (A-RS-03)', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, script(`${ok}Content-Length: 2\r\n\r\nok`, 'stay'))
    await ask(pool).outcome
    await origin.connections[0]!.send(`${ok}Content-Length: 4\r\n\r\nevil`)
    await origin.connections[0]!.closed
    assert.equal((await ask(pool).outcome).body, 'ok')
    assert.equal(origin.connections.length, 2)
  })
})

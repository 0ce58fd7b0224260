import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { RequestHandler } from '../../src/request/proxy-response.ts'
import { fetchRaw, openConnection } from '../support/http-client.ts'
import { CollectingSink } from './pieces.ts'
import { answer, type LaneOptions, type ScriptedLane, startLane } from './scripted-lane.ts'

async function lane(t: TestContext, handle: RequestHandler, options?: LaneOptions): Promise<ScriptedLane> {
  const started = await startLane(handle, options)
  t.after(() => started.stop())
  return started
}

/** Reads the request's body into the sink and answers when it is over. */
function reading(sink: CollectingSink): RequestHandler {
  return async (request) => {
    request.body?.start(sink)
    if (request.body !== undefined) await sink.over
    return answer(sink.text, { status: sink.error?.status ?? 200 })
  }
}

const request = (method: string, fields: string, body: string) =>
  `${method} / HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`

const post = (fields: string, body = '') => request('POST', fields, body)

// node:http does not know this method: the plain lane reads its body itself.
for (const [name, method] of [
  ['full', 'POST'],
  ['plain', 'BAN'],
] as const) {
  const ask = (fields: string, body = '') => request(method, fields, body)

  describe(`request bodies of the ${name} lane`, () => {
    it('hands over a chunked body with its allowed trailers', async (t) => {
      const sink = new CollectingSink()
      const { port, requests } = await lane(t, reading(sink))
      const body = '5\r\nhello\r\n0\r\nX-Sum: 5\r\nCookie: a=1\r\n\r\n'
      const response = await fetchRaw(port, ask('Transfer-Encoding: chunked\r\nTrailer: X-Sum', body))
      assert.deepEqual([response.text, sink.trailers, requests[0]!.body!.length], ['hello', ['X-Sum', '5'], undefined])
      assert.deepEqual(requests[0]!.fields, ['Trailer', 'X-Sum'])
    })

    it('has no body without framing or with a length of 0', async (t) => {
      const { port, requests } = await lane(t, () => answer())
      await fetchRaw(port, ask('Content-Length: 0'))
      await fetchRaw(port)
      assert.deepEqual(
        requests.map((request) => request.body),
        [undefined, undefined],
      )
    })

    it('reads no more of a body than the reader wants (A-OK-10)', async (t) => {
      const sink = new CollectingSink()
      sink.accepts = false
      const { port, requests } = await lane(t, reading(sink))
      const connection = await openConnection(port)
      t.after(() => connection.close())
      const large = Buffer.alloc(20 * 1024 * 1024, 'x')
      connection.write(ask(`Content-Length: ${large.length}`))
      connection.write(large)
      await pause(150)
      assert.ok(sink.bytes <= 65_536, `${sink.bytes} bytes before resume`)
      sink.accepts = true
      requests[0]!.body!.resume()
      assert.equal((await connection.readResponse(method)).body.length, large.length)
    })

    for (const [name, fields, body] of [
      ['with a length', 'Content-Length: 100', 'x'.repeat(50)],
      ['in chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n'],
    ] as const) {
      for (const how of ['fin', 'reset'] as const) {
        it(`fails, never ends, a body ${name} cut by a ${how} (A-SM-12)`, async (t) => {
          const sink = new CollectingSink()
          const { port, recorded } = await lane(t, reading(sink))
          const connection = await openConnection(port)
          connection.socket.on('error', () => {})
          connection.write(ask(fields, body))
          await pause(30)
          if (how === 'fin') connection.end()
          else connection.reset()
          await sink.over
          assert.deepEqual([sink.error?.code, sink.trailers], ['CLIENT_BODY_CUT', undefined])
          assert.equal((await recorded(1)).complete, false)
        })
      }
    }

    it('fails a body that turns out malformed, and answers 400', async (t) => {
      const sink = new CollectingSink()
      const { port } = await lane(t, reading(sink))
      const connection = await openConnection(port)
      connection.write(ask('Transfer-Encoding: chunked', '5\r\nhello\r\n'))
      await pause(30)
      connection.write('zz\r\n')
      const response = await connection.readResponse(method)
      assert.deepEqual([response.status, sink.error?.code, await connection.ended()], [400, 'CLIENT_BAD_BODY', true])
    })

    it('fails a chunked body that grows above the limit', async (t) => {
      const sink = new CollectingSink()
      const { port } = await lane(t, reading(sink), { limits: { requestBodyBytesMax: 1000 } })
      const body = `${(2000).toString(16)}\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`
      const response = await fetchRaw(port, ask('Transfer-Encoding: chunked', body))
      assert.deepEqual([response.status, sink.error?.code], [413, 'CLIENT_BODY_TOO_LARGE'])
    })

    it('answers and closes when the unread body is large (A-CB-03)', async (t) => {
      const { port, requests } = await lane(t, () => answer('no', { status: 403 }), { times: { lingerMs: 100 } })
      const connection = await openConnection(port)
      connection.socket.on('error', () => {})
      const smug = 'GET /SMUG HTTP/1.1\r\nHost: h\r\n\r\n'
      connection.write(ask(`Content-Length: ${1024 * 1024}`))
      connection.write(smug.repeat(1024 * 1024).slice(0, 1024 * 1024))
      const response = await connection.readResponse(method)
      assert.deepEqual([response.status, response.fields.includes('close')], [403, true])
      await connection.reader.end()
      assert.equal(requests.length, 1)
    })

    it('drops an unread chunked body only up to a limit', async (t) => {
      const { port, requests, listeners } = await lane(t, () => answer('no', { status: 403 }), {
        times: { lingerMs: 100 },
      })
      const connection = await openConnection(port)
      connection.socket.on('error', () => {})
      connection.write(ask('Transfer-Encoding: chunked'))
      assert.equal((await connection.readResponse(method)).status, 403)
      for (let i = 0; i < 200 && !connection.reader.ended; i++) {
        connection.write(`400\r\n${'x'.repeat(1024)}\r\n`)
        await pause(1)
      }
      await connection.reader.end()
      while (listeners.connections > 0) await pause(10)
      assert.equal(requests.length, 1)
    })

    it('fails a body that comes too slowly (A-SL-02)', async (t) => {
      const sink = new CollectingSink()
      const { port } = await lane(t, reading(sink), { times: { bodyStallMs: 120 } })
      const connection = await openConnection(port)
      connection.socket.on('error', () => {})
      connection.write(ask('Content-Length: 1000'))
      const drip = setInterval(() => connection.socket.write('x'), 20)
      const response = await connection.readResponse(method)
      clearInterval(drip)
      assert.deepEqual([response.status, sink.error?.code], [408, 'CLIENT_TIMEOUT'])
      assert.equal(response.fields.includes('close'), true)
    })

    it('does not take the pause of a slow reader for a slow client', async (t) => {
      const sink = new CollectingSink()
      sink.accepts = false
      const { port, requests } = await lane(t, reading(sink), { times: { bodyStallMs: 60 } })
      const responding = fetchRaw(port, ask('Content-Length: 5', 'hello'))
      await pause(150)
      requests[0]!.body!.resume()
      assert.equal((await responding).text, 'hello')
    })

    it('refuses a body announced above the limit before any of it is read', async (t) => {
      const { port, requests } = await lane(t, () => answer(), { limits: { requestBodyBytesMax: 1000 } })
      const connection = await openConnection(port)
      connection.write(ask('Content-Length: 1001'))
      assert.deepEqual([(await connection.readResponse(method)).status, requests.length], [413, 0])
      assert.equal(await connection.ended(), true)
    })

    it('keeps the connection when all of the body was there, read or not', async (t) => {
      const { port, requests } = await lane(t, (request) => answer(request.target))
      const connection = await openConnection(port)
      t.after(() => connection.close())
      for (const [fields, body] of [
        ['Content-Length: 5', 'GET /'],
        ['Transfer-Encoding: chunked', '5\r\nGET /\r\n0\r\n\r\n'],
      ] as const) {
        connection.write(`${ask(fields, body)}GET /next HTTP/1.1\r\nHost: h\r\n\r\n`)
        assert.equal((await connection.readResponse(method)).text, '/')
        assert.equal((await connection.readResponse('GET')).text, '/next')
      }
      assert.equal(requests.length, 4)
    })

    it('reads on after each pause of its reader, in whatever pieces it comes', async (t) => {
      const sink = new CollectingSink()
      sink.accepts = false
      const { port, requests } = await lane(t, reading(sink))
      const connection = await openConnection(port)
      t.after(() => connection.close())
      const pieces = Array.from({ length: 40 }, (_, i) => `${i}`.repeat(1 + i * 100))
      connection.write(ask('Transfer-Encoding: chunked'))
      for (const piece of pieces) connection.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
      connection.write('0\r\n\r\n')
      const response = connection.readResponse(method)
      const resuming = setInterval(() => requests[0]?.body?.resume(), 1)
      t.after(() => clearInterval(resuming))
      assert.equal((await response).text, pieces.join(''))
    })
  })
}

describe('request bodies of the full lane alone', () => {
  it('refuses a body announced above the limit before any of it is read (A-CL-08)', async (t) => {
    const { port, requests } = await lane(t, () => answer(), { limits: { requestBodyBytesMax: 1000 } })
    const connection = await openConnection(port)
    connection.write(post('Content-Length: 1001\r\nExpect: 100-continue'))
    const response = await connection.readResponse('POST')
    assert.deepEqual([response.status, response.interim.length, requests.length], [413, 0, 0])
    assert.equal(await connection.ended(), true)
  })

  it('sends 100 Continue when the body is wanted, and not before (A-EX-01)', async (t) => {
    const sink = new CollectingSink()
    const { port } = await lane(t, async (request) => {
      await pause(80)
      return reading(sink)(request)
    })
    const connection = await openConnection(port)
    t.after(() => connection.close())
    connection.write(post('Content-Length: 5\r\nExpect: 100-continue'))
    await pause(30)
    assert.equal(connection.reader.buffered.length, 0)
    const head = await connection.readHead()
    connection.write('hello')
    const response = await connection.readResponse('POST')
    assert.deepEqual([head.status, response.text], [100, 'hello'])
  })

  it('closes when a body that was waited for with Expect is never wanted', async (t) => {
    const { port } = await lane(t, () => answer('no', { status: 403 }))
    const connection = await openConnection(port)
    connection.write(post('Content-Length: 5\r\nExpect: 100-continue'))
    const response = await connection.readResponse('POST')
    assert.deepEqual([response.status, response.interim.length, await connection.ended()], [403, 0, true])
  })

  it('sends no 100 Continue to HTTP/1.0 (A-EX-03)', async (t) => {
    const { port } = await lane(t, reading(new CollectingSink()))
    const request = 'POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello'
    const response = await fetchRaw(port, request)
    assert.deepEqual([response.text, response.interim], ['hello', []])
  })

  for (const [id, fields, body] of [
    ['A-CB-01', 'Content-Length: 34', 'GET /SMUG HTTP/1.1\r\nHost: h\r\n\r\n123'],
    ['A-CB-02', 'Transfer-Encoding: chunked', '1f\r\nGET /SMUG HTTP/1.1\r\nHost: h\r\n\r\n\r\n0\r\n\r\n'],
  ] as const) {
    it(`never takes an unread body for a request (${id})`, async (t) => {
      const { port, requests } = await lane(t, (request) => answer(request.target))
      const connection = await openConnection(port)
      t.after(() => connection.close())
      connection.write(`GET /a HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}GET /b HTTP/1.1\r\nHost: h\r\n\r\n`)
      assert.equal((await connection.readResponse('GET')).text, '/a')
      assert.equal((await connection.readResponse('GET')).text, '/b')
      assert.deepEqual(
        requests.map((request) => request.target),
        ['/a', '/b'],
      )
    })
  }
})

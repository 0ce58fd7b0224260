import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { anOriginAndPool, ask } from './support/asking.ts'

/** Sends these bytes as the answer to every request, and ends the connection in order when asked to. */
function answers(bytes: string, { fin = false } = {}): (request: ScriptedRequest) => Promise<void> {
  return async (request) => {
    await request.body()
    await request.send(bytes)
    if (fin) request.fin()
  }
}

describe('a response from an origin', () => {
  it('comes with status, reason, fields in order and case, body and times', async (t) => {
    const { pool, clock } = await anOriginAndPool(
      t,
      answers('HTTP/1.1 203 Some Text\r\nX-B: 1\r\nx-a: 2\r\nX-B:  3 \r\nContent-Length: 5\r\n\r\nhello'),
    )
    const { response, body, error } = await ask(pool).outcome
    assert.equal(error, undefined)
    assert.equal(response?.status, 203)
    assert.equal(response.reason, 'Some Text')
    assert.deepEqual(response.fields, ['X-B', '1', 'x-a', '2', 'X-B', '3'])
    assert.equal(response.framing, 'length')
    assert.equal(response.announcedLength, 5)
    assert.equal(response.body?.length, 5)
    assert.equal(response.requestTimeMs, clock.now())
    assert.equal(response.responseTimeMs, clock.now())
    assert.equal(response.origin, 'a')
    assert.equal(body, 'hello')
  })

  it('may have its body kept: what comes later is not written over it', async (t) => {
    const { pool } = await anOriginAndPool(t, async (request) => {
      await request.send(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${request.target.charAt(1).repeat(1000)}`)
    })
    const kept: Buffer[] = []
    for (const target of ['/a', '/b', '/c']) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const request = { method: 'GET', target, fields: ['Host', 'site.test'], body: undefined, expectsContinue: false }
      pool.send(request, {
        onInterim() {},
        onError: reject,
        onResponse({ body }) {
          body?.start({ write: (chunk) => kept.push(chunk) > 0, end: () => resolve(), fail: reject })
        },
      })
      await promise
    }
    assert.equal(Buffer.concat(kept).toString('latin1'), ['a', 'b', 'c'].map((letter) => letter.repeat(1000)).join(''))
  })

  it('is the same when every byte comes alone', async (t) => {
    const { pool } = await anOriginAndPool(t, async (request) => {
      const bytes =
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: 1\r\n\r\n'
      for (const byte of bytes) await request.send(byte)
    })
    const { response, body, trailers } = await ask(pool).outcome
    assert.deepEqual(response?.fields, ['X-A', 'b'])
    assert.equal(response?.framing, 'chunked')
    assert.equal(response.body?.length, undefined)
    assert.equal(body, 'abcde')
    assert.deepEqual(trailers, ['X-T', '1'])
  })

  it('until close ends with FIN, without an announced length (A-RS-15)', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, answers('HTTP/1.1 200 OK\r\n\r\nall of it', { fin: true }))
    const { response, body, error } = await ask(pool).outcome
    assert.equal(error, undefined)
    assert.equal(response?.framing, 'until-close')
    assert.equal(response.announcedLength, undefined)
    assert.equal(body, 'all of it')
    assert.equal(await origin.connections[0]!.closed, 'fin')
  })

  it('of HTTP/1.0 is understood, and its connection not used again', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, answers('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    assert.equal((await ask(pool).outcome).body, 'ok')
    assert.equal((await ask(pool).outcome).body, 'ok')
    assert.equal(origin.connections.length, 2)
  })

  it('loses hop-by-hop fields, framing and what Connection names (A-HH-04)', async (t) => {
    const { pool } = await anOriginAndPool(
      t,
      answers(
        'HTTP/1.1 200 OK\r\nConnection: X-Internal-R, close\r\nX-Internal-R: s\r\nKeep-Alive: x\r\nUpgrade: h2c\r\n' +
          'Proxy-Authenticate: Basic\r\nProxy-Connection: close\r\nProxy-Authentication-Info: x\r\nX-Kept: 1\r\n' +
          'TE: trailers\r\nContent-Length: 0\r\n\r\n',
      ),
    )
    assert.deepEqual((await ask(pool).outcome).response?.fields, ['X-Kept', '1'])
  })

  it('keeps Cache-Control and Set-Cookie although Connection names them (A-HH-05)', async (t) => {
    const { pool } = await anOriginAndPool(
      t,
      answers(
        'HTTP/1.1 200 OK\r\nConnection: Cache-Control, set-cookie\r\nCache-Control: private\r\nSet-Cookie: a=b\r\n' +
          'Content-Length: 0\r\n\r\n',
      ),
    )
    const { response } = await ask(pool).outcome
    assert.deepEqual(response?.fields, ['Cache-Control', 'private', 'Set-Cookie', 'a=b'])
  })

  it('drops trailers that would change what the head decided', async (t) => {
    const { pool } = await anOriginAndPool(
      t,
      answers('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nCache-Control: max-age=9\r\nX-Sum: 1\r\n\r\n'),
    )
    assert.deepEqual((await ask(pool).outcome).trailers, ['X-Sum', '1'])
  })

  for (const [name, method, head] of [
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 42'],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 42'],
    ['204', 'GET', 'HTTP/1.1 204 No Content'],
  ] as const) {
    it(`has no body for ${name}, and the connection goes on (A-OK-09)`, async (t) => {
      const { pool, origin } = await anOriginAndPool(t, answers(`${head}\r\n\r\n`))
      const { response } = await ask(pool, { method }).outcome
      assert.equal(response?.body, undefined)
      assert.equal(response?.framing, 'none')
      assert.equal(response.announcedLength, name === '204' ? undefined : 42)
      await ask(pool, { method }).outcome
      assert.equal(origin.connections.length, 1)
    })
  }

  it('passes 102 and 103 on, swallows 100, and delivers the final one (A-RS-05, A-OK-11)', async (t) => {
    const { pool, origin } = await anOriginAndPool(
      t,
      answers(
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: 1\r\n\r\n' +
          'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      ),
    )
    const { interims, response, body } = await ask(pool).outcome
    assert.deepEqual(interims, [
      { status: 103, fields: ['Link', '</a>'] },
      { status: 102, fields: [] },
    ])
    assert.equal(response?.status, 200)
    assert.equal(body, 'ok')
    await ask(pool).outcome
    assert.equal(origin.connections.length, 1)
  })

  it('takes 1000 fields and a head of 200 KiB', async (t) => {
    const fields = Array.from({ length: 998 }, (_, i) => `X-${i}: ${'v'.repeat(190)}\r\n`).join('')
    const { pool } = await anOriginAndPool(
      t,
      answers(`HTTP/1.1 200 OK\r\n${fields}Cache-Control: private\r\nContent-Length: 2\r\n\r\nok`),
    )
    const { response } = await ask(pool).outcome
    assert.equal(response?.fields.length, 999 * 2)
    assert.deepEqual(response.fields.slice(-2), ['Cache-Control', 'private'])
  })

  it('keeps a long reason with bytes beyond ASCII (A-RS-14)', async (t) => {
    const reason = 'x'.repeat(8000) + '\xe9'
    const { pool } = await anOriginAndPool(t, answers(`HTTP/1.1 200 ${reason}\r\nContent-Length: 0\r\n\r\n`))
    assert.equal((await ask(pool).outcome).response?.reason, reason)
  })

  it('passes content codings through unread (A-RS-16)', async (t) => {
    const layers = Array.from({ length: 1000 }, () => 'gzip').join(', ')
    const { pool } = await anOriginAndPool(
      t,
      answers(`HTTP/1.1 200 OK\r\nContent-Encoding: ${layers}\r\nContent-Length: 1\r\n\r\nx`),
    )
    assert.deepEqual((await ask(pool).outcome).response?.fields, ['Content-Encoding', layers])
  })
})

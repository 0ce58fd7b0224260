import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allValues, firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, openConnection, type RawResponse } from '../support/http-client.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

/** An origin that cuts, lies or hangs: the client sees it for what it is, and the next one is served. */
interface OriginCase {
  readonly name: string
  /** What the origin does with the request of the case. */
  readonly origin: (request: ScriptedRequest) => unknown
  /** Undefined: the connection went before there was a head, which a reset may always do. */
  readonly expect: (response: RawResponse | undefined) => void
}

const FRESH = 'Cache-Control: max-age=60\r\n'
const head = (fields: string): string => `HTTP/1.1 200 OK\r\n${FRESH}${fields}\r\n`

const isCut = (response: RawResponse | undefined): void => {
  assert.equal(response?.cut ?? true, true, 'the cut does not show')
}
const is502 = (response: RawResponse | undefined): void => {
  assert.equal(response?.status, 502)
  assert.equal(firstValue(response?.fields ?? [], 'cache-control'), 'no-store')
}
const isWhole =
  (body: string) =>
  (response: RawResponse | undefined): void => {
    assert.deepEqual([response?.status, response?.body.toString('latin1'), response?.cut], [200, body, false])
  }

const raw =
  (bytes: string, then: 'fin' | 'reset' | 'open' = 'fin') =>
  async (request: ScriptedRequest): Promise<void> => {
    await request.connection.send(bytes)
    if (then === 'fin') request.connection.fin()
    if (then === 'reset') request.connection.reset()
  }

const cases: OriginCase[] = [
  {
    name: 'A-RS-01 ends a body before its Content-Length',
    origin: raw(`${head('Content-Length: 1000\r\n')}${'x'.repeat(100)}`),
    expect: isCut,
  },
  {
    name: 'A-RS-02 ends a chunked body without a last chunk',
    origin: raw(`${head('Transfer-Encoding: chunked\r\n')}5\r\nhello\r\n`),
    expect: isCut,
  },
  {
    name: 'A-RS-04 sends two Content-Length',
    origin: raw(head('Content-Length: 5\r\nContent-Length: 60\r\n') + 'hello'),
    expect: is502,
  },
  {
    name: 'A-RS-06 sends a bad chunk line after a good chunk',
    origin: raw(`${head('Transfer-Encoding: chunked\r\n')}5\r\nhello\r\nzz\r\n`, 'open'),
    expect: isCut,
  },
  { name: 'A-RS-10 folds a field', origin: raw(head('X-A: a\r\n b\r\nContent-Length: 2\r\n') + 'ok'), expect: is502 },
  { name: 'A-RS-11 puts a space before a colon', origin: raw(head('Content-Length : 5\r\n') + 'hello'), expect: is502 },
  {
    name: 'A-RS-12 sends a Content-Length with a letter',
    origin: raw(head('Content-Length: 5x\r\n') + 'hello'),
    expect: is502,
  },
  { name: 'A-RS-12 sends a negative Content-Length', origin: raw(head('Content-Length: -1\r\n')), expect: is502 },
  { name: 'A-RS-13 sends status 099', origin: raw('HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'), expect: is502 },
  { name: 'A-RS-13 sends status 600', origin: raw('HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n'), expect: is502 },
  { name: 'A-RS-13 sends status 1000', origin: raw('HTTP/1.1 1000 X\r\nContent-Length: 0\r\n\r\n'), expect: is502 },
  {
    name: 'sends 101 without being asked',
    origin: raw('HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n', 'open'),
    expect: is502,
  },
  {
    name: 'sends an unknown transfer coding',
    origin: raw(head('Transfer-Encoding: xchunked\r\n') + '5\r\nhello\r\n0\r\n\r\n'),
    expect: is502,
  },
  {
    name: 'sends Transfer-Encoding and Content-Length',
    origin: raw(head('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n') + '5\r\nhello\r\n0\r\n\r\n'),
    expect: is502,
  },
  { name: 'sends a bare LF', origin: raw('HTTP/1.1 200 OK\nContent-Length: 2\n\nok'), expect: is502 },
  { name: 'sends a NUL in a field', origin: raw(head('X-A: a\0b\r\nContent-Length: 2\r\n') + 'ok'), expect: is502 },
  { name: 'sends something that is not HTTP', origin: raw('220 mail.example ESMTP\r\n'), expect: is502 },
  { name: 'sends a head of more than 256 KiB', origin: raw(head(`X-A: ${'a'.repeat(300 * 1024)}\r\n`)), expect: is502 },
  { name: 'closes without a byte', origin: (request) => request.connection.fin(), expect: is502 },
  { name: 'resets without a byte', origin: (request) => request.connection.reset(), expect: is502 },
  {
    name: 'A-RS-14 sends a reason of 8 KiB with obs-text',
    origin: raw(`HTTP/1.1 200 ${'\xe9'.repeat(8192)}\r\nContent-Length: 2\r\n\r\nok`),
    expect: isWhole('ok'),
  },
  {
    name: 'A-RS-15 delimits the body by a clean close',
    origin: raw('HTTP/1.1 200 OK\r\n\r\nuntil the end'),
    expect: isWhole('until the end'),
  },
  {
    name: 'A-RS-15 delimits the body by close, and resets',
    origin: raw('HTTP/1.1 200 OK\r\n\r\nuntil', 'reset'),
    expect: isCut,
  },
  {
    name: 'A-RS-16 sends a thousand content codings',
    origin: raw(head(`Content-Encoding: ${'gzip, '.repeat(999)}gzip\r\nContent-Length: 2\r\n`) + 'ok'),
    expect: isWhole('ok'),
  },
  {
    name: 'sends a head of 200 KiB, as tags of real sites are',
    origin: raw(head(`Surrogate-Key: ${'t'.repeat(200 * 1024)}\r\nContent-Length: 2\r\n`) + 'ok'),
    expect: isWhole('ok'),
  },
]

describe('an origin that', () => {
  let origin: ScriptedOrigin
  let proxy: RunningBreakwater

  before(async () => {
    origin = await ScriptedOrigin.start()
    proxy = await startBreakwater(['--origin', `http://127.0.0.1:${origin.port}`])
  })

  after(async () => {
    await proxy?.stop()
    await origin?.close()
  })

  /** The origin is well again: whoever asks for the same page now gets a whole and clean one. */
  async function assertClean(target: string): Promise<void> {
    origin.script = (request) => request.respond({ fields: ['Cache-Control', 'max-age=60'], body: 'clean' })
    const deadline = Date.now() + 5_000
    for (;;) {
      const response = await fetchRaw(proxy.port, { target })
      if (response.status === 200) {
        assert.equal(response.body.toString(), 'clean')
        assert.equal(response.cut, false)
        return
      }
      // Held down after its failures; it is found again within a second or two.
      assert.ok(Date.now() < deadline, `still ${response.status}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  cases.forEach(({ name, origin: script, expect }, index) => {
    it(name, async () => {
      const target = `/case/${index}`
      await assertClean(`/well/${index}`)
      origin.script = async (request) => void (await script(request))
      const response = await fetchRaw(proxy.port, { target }).catch(() => undefined)
      expect(response)
      if (response?.status !== 200 || response.cut) await assertClean(target)
    })
  })

  it('A-RS-03 sends a second response unasked gives it to nobody', async () => {
    await assertClean('/before-queue')
    const evil = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\nevil'
    origin.script = (request) => request.connection.send(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${evil}`)
    assert.equal((await fetchRaw(proxy.port, { target: '/queue' })).body.toString(), 'ok')
    origin.script = (request) => request.respond({ body: 'clean' })
    for (const target of ['/queue', '/other']) {
      assert.equal((await fetchRaw(proxy.port, { target })).body.toString(), 'clean')
    }
  })

  it('A-RS-05 sends interim responses first: they are passed, and the final one is stored alone', async () => {
    origin.script = async (request) => {
      await request.connection.send('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')
      await request.respond({ fields: ['Cache-Control', 'max-age=60'], body: 'final' })
    }
    const first = await fetchRaw(proxy.port, { target: '/hints' })
    assert.deepEqual(
      first.interim.map(({ status }) => status),
      [103],
    )
    assert.equal(first.body.toString(), 'final')
    const second = await fetchRaw(proxy.port, { target: '/hints' })
    assert.deepEqual([second.interim.length, second.body.toString()], [0, 'final'])
  })

  it('A-HH-04 sends hop-by-hop fields has none of them passed, on a miss or on a hit', async () => {
    origin.script = (request) =>
      request.respond({
        fields: [
          ...['Cache-Control', 'max-age=60', 'Connection', 'X-Internal-R', 'X-Internal-R', 's'],
          ...['Keep-Alive', 'x', 'Proxy-Authenticate', 'Basic', 'X-Kept', 'yes'],
        ],
        body: 'ok',
      })
    for (const round of ['miss', 'hit']) {
      const response = await fetchRaw(proxy.port, { target: '/hop-by-hop' })
      for (const name of ['x-internal-r', 'proxy-authenticate']) {
        assert.deepEqual(allValues(response.fields, name), [], `${name} on a ${round}`)
      }
      assert.notEqual(firstValue(response.fields, 'keep-alive'), 'x')
      assert.equal(firstValue(response.fields, 'x-kept'), 'yes')
    }
  })

  it('sends trailers has them passed to a client that takes them', async () => {
    origin.script = (request) =>
      request.connection.send(
        'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n',
      )
    const response = await fetchRaw(proxy.port, { target: '/trailers', fields: ['TE', 'trailers', 'Connection', 'TE'] })
    assert.deepEqual(response.trailers, ['X-Sum', '42'])
  })

  it('A-EX-01 answers 100 Continue is sent the body then, and the client hears of it', async () => {
    origin.script = async (request) => {
      await request.connection.send('HTTP/1.1 100 Continue\r\n\r\n')
      await request.respond({ body: `got ${await request.body()}` })
    }
    const client = await openConnection(proxy.port)
    client.write('POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
    assert.equal((await client.readHead()).status, 100)
    client.write('hello')
    assert.equal((await client.readResponse('POST')).body.toString(), 'got hello')
    client.close()
  })

  it('A-SM-12 is sent half an upload by a client that leaves sees the connection break, not the end', async () => {
    const seen = Promise.withResolvers<ScriptedRequest>()
    origin.script = (request) => seen.resolve(request)
    const client = await openConnection(proxy.port)
    client.write('POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
    const request = await seen.promise
    client.reset()
    await assert.rejects(request.body())
    assert.doesNotMatch(request.connection.received, /\r\n0\r\n/)
  })
})

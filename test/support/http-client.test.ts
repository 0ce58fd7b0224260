import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { fetchRaw, openConnection } from './http-client.ts'

describe('the raw HTTP client', () => {
  let port: number
  let answer: (socket: Socket, request: string) => void
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => answer(socket, bytes.toString('latin1')))
  })

  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => server.close())

  it('reads a body by its length and keeps the connection for the next request', async () => {
    answer = (socket, request) =>
      socket.write(`HTTP/1.1 200 Fine\r\nContent-Length: 4\r\nX-A: 1\r\nx-a: 2\r\n\r\n${request.slice(5, 9)}`)
    const connection = await openConnection(port)
    const first = await connection.fetch({ target: '/one.' })
    const second = await connection.fetch('GET /two. HTTP/1.1\r\nHost: a\r\n\r\n')
    connection.close()
    assert.deepEqual([first.reason, first.text, second.text, second.cut], ['Fine', 'one.', 'two.', false])
    assert.deepEqual(first.fields, ['Content-Length', '4', 'X-A', '1', 'x-a', '2'])
  })

  it('takes chunks apart and shows trailers and interim responses', async () => {
    answer = (socket) =>
      socket.write(
        'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' +
          'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 5\r\n\r\n',
      )
    const response = await fetchRaw(port)
    assert.deepEqual([response.text, response.trailers, response.cut], ['hello', ['X-Sum', '5'], false])
    assert.deepEqual(response.interim, [
      { version: '1.1', status: 103, reason: 'Early Hints', fields: ['Link', '</a>'] },
    ])
  })

  it('shows a body shorter than its length as cut', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
    const response = await fetchRaw(port)
    assert.deepEqual([response.text, response.cut], ['half', true])
  })

  it('shows chunks without the last one as cut', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')
    const response = await fetchRaw(port)
    assert.deepEqual([response.text, response.cut], ['half', true])
  })

  it('shows a reset of a body that ends with its connection as cut', async () => {
    answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhalf', () => setImmediate(() => socket.resetAndDestroy()))
    }
    const connection = await openConnection(port)
    connection.write({})
    const head = await connection.readHead()
    assert.equal(head.status, 200)
    assert.equal(await connection.ended(), false)
  })

  it('takes the end of the connection as the end of a body without framing', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nwhole')
    const response = await fetchRaw(port)
    assert.deepEqual([response.text, response.cut], ['whole', false])
  })

  it('reads no body after HEAD', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n')
    const response = await fetchRaw(port, { method: 'HEAD' })
    assert.deepEqual([response.body.length, response.cut], [0, false])
  })

  it('frames the body of a request it puts together', async () => {
    let received = ''
    answer = (socket, request) => {
      received = request
      socket.write('HTTP/1.1 204 No Content\r\n\r\n')
    }
    await fetchRaw(port, { method: 'POST', target: '/form', fields: { 'X-A': 'b' }, body: 'é' })
    const expected = `POST /form HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-A: b\r\nContent-Length: 2\r\n\r\n`
    assert.equal(received, `${expected}${Buffer.from('é').toString('latin1')}`)
  })

  it('says what it waited for when nothing comes', async () => {
    answer = (socket) => socket.write('HTTP/1.1 2')
    await assert.rejects(fetchRaw(port, {}, { patienceMs: 50 }), /Waited 50 ms for a line; received so far 10 bytes/)
  })
})

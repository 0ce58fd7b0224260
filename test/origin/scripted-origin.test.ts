import assert from 'node:assert/strict'
import net from 'node:net'
import { describe, it } from 'node:test'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

function talk(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
  })
}

describe('the scripted origin of the tests', () => {
  it('tells requests apart, reads length and chunked bodies and records the bytes', async () => {
    const origin = await ScriptedOrigin.start(async (request) => {
      const body = await request.body()
      await request.respond({ body: `${request.method} ${body} ${request.trailers}` })
      if (request.number === 3) request.fin()
    })
    const bytes =
      'POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc' +
      'POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x\r\nf\r\n0\r\nX-T: 1\r\n\r\n' +
      'GET /3 HTTP/1.1\r\n\r\n'
    const received = await talk(origin.port, bytes)
    assert.match(received, /POST abc .*POST def X-T: 1.*GET /s)
    assert.equal(origin.connections[0]!.received, bytes)
    assert.equal(origin.requests.length, 3)
    await origin.close()
  })

  it('rejects the body of a cut upload and throws on close what a script threw', async () => {
    const origin = await ScriptedOrigin.start(async (request) => {
      await request.body()
    })
    const socket = net.connect(origin.port, '127.0.0.1', () => {
      socket.end('POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc')
    })
    await (await origin.connection(1)).closed
    socket.destroy()
    await assert.rejects(origin.close(), /cut after 3 bytes/)
  })

  it('goes away and comes back on its port', async () => {
    const origin = await ScriptedOrigin.start(async (request) => {
      await request.respond()
      request.fin()
    })
    await origin.stop()
    assert.equal(await talk(origin.port, 'GET / HTTP/1.1\r\n\r\n'), '')
    await origin.listen()
    assert.match(await talk(origin.port, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1.1 200 OK/)
    await origin.close()
  })
})

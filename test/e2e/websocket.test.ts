import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { openConnection } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

const HANDSHAKE = [
  'GET /chat HTTP/1.1',
  'Host: site.test',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'X-Forwarded-For: 6.6.6.6',
  '',
  '',
].join('\r\n')

describe('a WebSocket through the whole program', () => {
  let origin: ScriptedOrigin
  let proxy: RunningBreakwater

  before(async () => {
    origin = await ScriptedOrigin.start()
    proxy = await startBreakwater(['--origin', origin.url])
  })
  after(async () => {
    await proxy.stop()
    await origin.close()
  })

  it('A-UP-02 is a tunnel in both directions once the origin has agreed', async () => {
    origin.script = (request) =>
      request.connection.send(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello from the origin\r\n',
      )
    const client = await openConnection(proxy.port)
    client.write(HANDSHAKE)
    assert.equal((await client.readHead()).status, 101)
    assert.equal(await client.reader.line(), 'hello from the origin')
    const asked = origin.requests.at(-1)!
    assert.equal(asked.field('host'), 'site.test')
    assert.equal(asked.field('x-forwarded-for'), '127.0.0.1')
    client.close()
  })

  it('A-UP-03 is an ordinary response when the origin refuses', async () => {
    origin.script = (request) => request.respond({ status: 403, reason: 'Forbidden', body: 'no' })
    const client = await openConnection(proxy.port)
    client.write(HANDSHAKE)
    const response = await client.readResponse()
    assert.deepEqual([response.status, response.body.toString()], [403, 'no'])
    client.close()
  })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { TLSSocket } from 'node:tls'
import { Inbox } from '../../src/http1/inbox.ts'
import { ScriptedCore } from '../proxy/support/scripted-core.ts'
import { openConnection } from '../support/http-client.ts'
import { startOneLane } from './two-lanes.ts'

/** An accepted socket and its client's. */
async function pair(t: TestContext): Promise<{ readonly accepted: Socket; readonly client: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  t.after(() => {
    client.destroy()
    accepted.destroy()
    server.close()
  })
  return { accepted, client }
}

/** What comes through an attached inbox, as text, one promise at a time. */
function arrivals(inbox: Inbox, socket: Socket): () => Promise<string> {
  let tell = (_text: string): void => {}
  const isAttached = inbox.attach(socket, (length) => tell(inbox.bytes.toString('latin1', 0, length)))
  assert.equal(isAttached, true)
  socket.resume()
  return () =>
    new Promise((resolve) => {
      tell = resolve
    })
}

describe('the inbox', () => {
  it('has the bytes of accepted sockets, and says when their client has ended', async (t) => {
    const { accepted, client } = await pair(t)
    const next = arrivals(new Inbox(), accepted)
    for (const text of ['one', 'two']) {
      const arrived = next()
      client.write(text)
      assert.equal(await arrived, text)
    }
    client.end()
    await once(accepted, 'end')
  })

  it('leaves with the system what arrives at a paused socket', async (t) => {
    const { accepted, client } = await pair(t)
    const arrived = arrivals(new Inbox(), accepted)()
    accepted.pause()
    await new Promise((resolve) => client.write('later', resolve))
    const first = await Promise.race([arrived, new Promise((resolve) => setImmediate(resolve, 'nothing'))])
    assert.equal(first, 'nothing')
    accepted.resume()
    assert.equal(await arrived, 'later')
  })

  it('lets the bytes of a detached socket through its stream, each chunk its own', async (t) => {
    const inbox = new Inbox()
    const { accepted, client } = await pair(t)
    arrivals(inbox, accepted)
    inbox.detach(accepted)
    accepted.pause()
    accepted.unshift(Buffer.from('before, '))
    const chunks: Buffer[] = []
    accepted.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      inbox.bytes.fill('x')
    })
    accepted.resume()
    client.end('behind')
    await once(accepted, 'end')
    assert.equal(Buffer.concat(chunks).toString(), 'before, behind')
  })

  it('refuses sockets whose bytes are not those of the wire, and sockets that are closed', async (t) => {
    const inbox = new Inbox()
    const { accepted } = await pair(t)
    assert.equal(
      inbox.attach(new TLSSocket(accepted), () => {}),
      false,
    )
    const { accepted: closed } = await pair(t)
    closed.destroy()
    assert.equal(
      inbox.attach(closed, () => {}),
      false,
    )
  })

  it('keeps connections apart that each have said only a part, or too much', async (t) => {
    const core = new ScriptedCore()
    core.answer = ({ request, respond }) =>
      setImmediate(() => respond(200, ['Cache-Control', 'no-store'], request.target))
    const lane = await startOneLane('plain', core)
    t.after(() => lane.stop())
    const connections = await Promise.all([1, 2, 3].map(() => openConnection(lane.port)))
    t.after(() => Promise.all(connections.map((connection) => connection.close())))
    const request = (target: string) =>
      `GET ${target} HTTP/1.1\r\nHost: h.test\r\nX-Filling: ${target.repeat(20)}\r\n\r\n`
    // In each round all three send the rest of one request, the whole of the next, and the begin of one more.
    const whole = connections.map((_, i) => [0, 1, 2, 3].map((n) => request(`/${i}/${n}`)).join(''))
    const length = whole[0]!.length
    for (let at = 0; at < length; at += 97) {
      for (const [i, connection] of connections.entries()) connection.write(whole[i]!.slice(at, at + 97))
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const [i, connection] of connections.entries()) {
      for (const n of [0, 1, 2, 3]) assert.equal((await connection.readResponse('GET')).text, `/${i}/${n}`)
    }
  })
})

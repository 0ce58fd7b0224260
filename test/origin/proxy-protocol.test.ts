import assert from 'node:assert/strict'
import net from 'node:net'
import { describe, it } from 'node:test'
import tls from 'node:tls'
import { proxyHeader } from '../../src/origin/proxy-protocol.ts'
import { anOrigin, aPool, ask } from './support/asking.ts'
import { certificate, key } from './support/certificate.ts'

describe('the PROXY header', () => {
  it('version 1 is a line', () => {
    const line = (clientAddress: string | undefined) =>
      proxyHeader('v1', { clientAddress, originPort: 8080 }).toString()
    assert.equal(line('192.0.2.7'), 'PROXY TCP4 192.0.2.7 0.0.0.0 0 8080\r\n')
    assert.equal(line('2001:db8::7'), 'PROXY TCP6 2001:db8::7 :: 0 8080\r\n')
    assert.equal(line('::ffff:192.0.2.7'), 'PROXY TCP4 192.0.2.7 0.0.0.0 0 8080\r\n')
    assert.equal(line('fe80::1%eth0'), 'PROXY TCP6 fe80::1 :: 0 8080\r\n')
    assert.equal(line(undefined), 'PROXY UNKNOWN\r\n')
    assert.equal(line('not an address\r\nX: y'), 'PROXY UNKNOWN\r\n')
  })

  it('version 2 is binary', () => {
    const hex = (clientAddress: string | undefined) =>
      proxyHeader('v2', { clientAddress, originPort: 8080 }).toString('hex')
    const signature = '0d0a0d0a000d0a515549540a'
    assert.equal(hex('192.0.2.7'), `${signature}2111000cc00002070000000000001f90`)
    assert.equal(
      hex('2001:db8::c000:207'),
      `${signature}2121002420010db80000000000000000c0000207${'00'.repeat(16)}00001f90`,
    )
    assert.equal(
      hex('64:ff9b::192.0.2.7'),
      `${signature}212100240064ff9b0000000000000000c0000207${'00'.repeat(16)}00001f90`,
    )
    assert.equal(hex(undefined), `${signature}20000000`)
  })
})

describe('a member by the PROXY protocol', () => {
  it('hears the client of each connection first, and a connection serves one request', async (t) => {
    const origin = await anOrigin(t)
    const { pool } = aPool(t, [{ name: 'a', url: origin.url, proxyProtocol: 'v1' }])
    for (const clientAddress of ['192.0.2.1', '192.0.2.2']) await ask(pool, { clientAddress }).outcome
    assert.deepEqual(
      origin.connections.map(({ received }) => received.split('\r\n', 2)),
      [
        [`PROXY TCP4 192.0.2.1 0.0.0.0 0 ${origin.port}`, 'GET / HTTP/1.1'],
        [`PROXY TCP4 192.0.2.2 0.0.0.0 0 ${origin.port}`, 'GET / HTTP/1.1'],
      ],
    )
  })

  it('hears it before TLS', async (t) => {
    let header = ''
    const server = net.createServer((socket) => {
      socket.once('data', (bytes: Buffer) => {
        const end = bytes.indexOf('\r\n') + 2
        header = bytes.toString('latin1', 0, end)
        socket.pause()
        if (end < bytes.length) socket.unshift(bytes.subarray(end))
        const secure = new tls.TLSSocket(socket, { isServer: true, key, cert: certificate })
        secure.on('data', () => secure.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
        secure.on('error', () => {})
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const { port } = server.address() as net.AddressInfo
    const trusting = { ca: certificate, servername: 'origin.test' }
    const secure = (own: object) => ({
      name: 'a',
      url: `https://127.0.0.1:${port}`,
      proxyProtocol: 'v1' as const,
      tls: own,
    })
    const { body, error } = await ask(aPool(t, [secure(trusting)]).pool, { clientAddress: '192.0.2.1' }).outcome
    assert.equal(error, undefined)
    assert.equal(body, 'ok')
    assert.equal(header, `PROXY TCP4 192.0.2.1 0.0.0.0 0 ${port}\r\n`)
    const refused = await ask(aPool(t, [secure({ ...trusting, servername: 'other.test' })]).pool).outcome
    assert.equal(refused.error?.code, 'ORIGIN_REFUSED', 'the name is verified all the same')
  })

  it('that refuses connections is a sick member, with TLS too', async (t) => {
    const origin = await anOrigin(t)
    await origin.stop()
    for (const scheme of ['http', 'https']) {
      const { pool } = aPool(t, [{ name: 'a', url: `${scheme}://127.0.0.1:${origin.port}`, proxyProtocol: 'v2' }])
      assert.equal((await ask(pool).outcome).error?.code, 'ORIGIN_REFUSED')
    }
  })
})

describe('a member over https', () => {
  it('gets our certificate where it asks for one', async (t) => {
    const server = tls.createServer({
      key,
      cert: certificate,
      ca: certificate,
      requestCert: true,
      rejectUnauthorized: true,
    })
    server.on('secureConnection', (socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${socket.authorized}`))
    })
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const url = `https://127.0.0.1:${(server.address() as net.AddressInfo).port}`
    const trusting = { ca: certificate, servername: 'origin.test' }
    const { pool } = aPool(t, [{ name: 'a', url, tls: { ...trusting, cert: certificate, key } }])
    assert.equal((await ask(pool).outcome).body, 'true')
    const without = await ask(aPool(t, [{ name: 'a', url, tls: trusting }]).pool).outcome
    assert.ok(without.error !== undefined)
    pool.close()
  })
})

describe('Host', () => {
  it("is the client's, or what is set", async (t) => {
    const origin = await anOrigin(t, (request) => request.respond({ body: request.field('host')! }))
    assert.equal((await ask(aPool(t, [origin]).pool).outcome).body, 'site.test')
    const { pool } = aPool(t, [{ name: 'a', url: origin.url, host: 'inner.test:8080' }])
    assert.equal((await ask(pool).outcome).body, 'inner.test:8080')
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anOriginAndPool, ask, clientCut } from './support/asking.ts'

describe('the body of a response', () => {
  it('is read only as fast as its reader takes it: the origin feels its writes stall (A-RS-18)', async (t) => {
    const size = 64 * 1024 * 1024
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await request.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
      const piece = Buffer.alloc(1024 * 1024, 'x')
      for (let sent = 0; sent < size; sent += piece.length) {
        written += piece.length
        await request.send(piece)
      }
    })
    let written = 0
    const { body } = (await ask(pool, { unread: true }).head)!
    let received = 0
    let open = false
    const first = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    body!.start({
      write(chunk) {
        received += chunk.length
        first.resolve()
        return open
      },
      end: () => end.resolve(),
      fail: end.reject,
    })
    await first.promise
    await origin.until(() => origin.connections[0]!.unsentBytes > 0)
    const held = received
    // The kernels' buffers fill and then nothing moves any more; a few turns of the loop show that it stays so.
    for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(received, held, 'nothing is delivered before resume')
    assert.ok(written < 24 * 1024 * 1024, `${written} bytes were taken from the origin`)
    open = true
    body!.resume()
    await end.promise
    assert.equal(received, size)
  })

  it('is not read before it is started', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      await request.send('world')
    })
    const { body } = (await ask(pool, { unread: true }).head)!
    const seen: string[] = []
    const end = Promise.withResolvers<void>()
    body!.start({
      write: (chunk) => seen.push(chunk.toString()) > 0,
      end: () => end.resolve(),
      fail: end.reject,
    })
    await end.promise
    assert.equal(seen.join(''), 'helloworld')
    await ask(pool).head
    assert.equal(origin.connections.length, 1)
  })

  it('delivers what is held before it fails, and the failure only when asked on', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      // Chunks large enough not to be joined.
      const [a, b] = ['a'.repeat(0x2000), 'b'.repeat(0x2000)]
      await request.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n${a}\r\n2000\r\n${b}\r\n!\r\n`)
    })
    const { body } = (await ask(pool, { unread: true }).head)!
    await origin.connections[0]!.closed
    const calls: string[] = []
    body!.start({
      write(chunk) {
        calls.push(chunk.toString('latin1', 0, 1))
        return false
      },
      end: () => calls.push('end'),
      fail: (error) => calls.push(error.code),
    })
    assert.deepEqual(calls, ['a'])
    body!.resume()
    assert.deepEqual(calls, ['a', 'b'])
    body!.resume()
    assert.deepEqual(calls, ['a', 'b', 'ORIGIN_BAD_RESPONSE'])
    body!.resume()
    assert.equal(calls.length, 3)
  })

  it('destroys the connection when its reader cancels, and tells the reader nothing more', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    })
    const asked = ask(pool)
    const { body } = (await asked.head)!
    body!.cancel(clientCut)
    await origin.connections[0]!.closed
    assert.ok(!asked.calls.includes('fail') && !asked.calls.includes('end'))
  })
})

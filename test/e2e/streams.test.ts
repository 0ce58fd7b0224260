import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { openConnection } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

const MIB = 1024 * 1024
/** `LARGE_BODY_MIB=1024` for the gigabyte. */
const { LARGE_BODY_MIB = 200 } = process.env
const largeBytes = Number(LARGE_BODY_MIB) * MIB
/** What may be added by a body of whatever size: buffers on the way, and what the collector has not come to yet. */
const GROWTH_BYTES_MAX = 100 * MIB

/** The most memory that the process has had, in bytes. */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

/** Counts what is uploaded, and sends as much as its path says. */
function largeBodies(): Promise<Server> {
  const piece = Buffer.alloc(MIB, 'x')
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === 'POST') {
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      incoming.on('end', () => outgoing.end(String(bytes)))
      return
    }
    let left = Number(incoming.url!.slice(1))
    outgoing.writeHead(200, { 'Content-Length': left, 'Cache-Control': 'no-store' })
    const send = (): void => {
      while (left > 0) {
        left -= piece.length
        if (!outgoing.write(piece)) return void outgoing.once('drain', send)
      }
      outgoing.end()
    }
    send()
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

describe(`a body of ${largeBytes / MIB} MiB`, () => {
  let origin: Server
  let proxy: RunningBreakwater

  before(async () => {
    origin = await largeBodies()
    proxy = await startBreakwater(['--origin', `http://127.0.0.1:${(origin.address() as AddressInfo).port}`])
  })
  after(async () => {
    await proxy.stop()
    origin.close()
  })

  it('is uploaded with flat memory', async () => {
    const beforeBytes = peakMemory(proxy.pid)
    const answered = await new Promise<string>((resolve, reject) => {
      const upload = request(
        `${proxy.url}/`,
        { method: 'POST', headers: { 'Content-Length': largeBytes } },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
          })
          response.on('end', () => resolve(text))
        },
      )
      upload.on('error', reject)
      const piece = Buffer.alloc(MIB, 'y')
      let left = largeBytes
      const send = (): void => {
        while (left > 0) {
          left -= piece.length
          if (!upload.write(piece)) return void upload.once('drain', send)
        }
        upload.end()
      }
      send()
    })
    assert.equal(answered, String(largeBytes))
    assert.ok(peakMemory(proxy.pid) - beforeBytes < GROWTH_BYTES_MAX)
  })

  it('is downloaded with flat memory, by a client that takes its time too', async () => {
    const beforeBytes = peakMemory(proxy.pid)
    const bytes = await new Promise<number>((resolve, reject) => {
      const download = request(`${proxy.url}/${largeBytes}`, (response) => {
        let count = 0
        response.on('data', (chunk: Buffer) => {
          count += chunk.length
          if (count % 7 !== 0) return
          response.pause()
          setImmediate(() => response.resume())
        })
        response.on('end', () => resolve(count))
        response.on('error', reject)
      })
      download.on('error', reject)
      download.end()
    })
    assert.equal(bytes, largeBytes)
    assert.ok(peakMemory(proxy.pid) - beforeBytes < GROWTH_BYTES_MAX)
  })
})

describe('responses that go on', () => {
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

  it('pass on each event as it comes, and the origin hears when the client leaves', { timeout: 30_000 }, async () => {
    origin.script = (asked) =>
      asked.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
    const client = await openConnection(proxy.port)
    client.write({ target: '/events' })
    const events = origin.requests.length + 1
    const { connection } = await origin.request(events)
    assert.equal((await client.readHead()).status, 200)
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      await connection.send(`${text.length.toString(16)}\r\n${text}\r\n`)
      assert.equal(await client.reader.line(), text.length.toString(16))
      assert.equal((await client.reader.upTo(text.length + 2)).bytes.toString(), `${text}\r\n`)
    }
    client.close()
    await connection.closed
  })

  it('wait as long as the origin does, and are given up with their client', async () => {
    origin.script = () => {}
    const [stays, leaves] = [await openConnection(proxy.port), await openConnection(proxy.port)]
    const number = origin.requests.length
    stays.write({ target: '/poll?stays', fields: { 'Cache-Control': 'no-store' } })
    const kept = await origin.request(number + 1)
    leaves.write({ method: 'POST', target: '/poll?leaves', body: 'x' })
    const abandoned = await origin.request(number + 2)
    leaves.close()
    await abandoned.connection.closed
    await kept.respond({ body: 'news' })
    assert.equal((await stays.readResponse('GET')).text, 'news')
    stays.close()
  })
})

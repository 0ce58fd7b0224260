import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { describe, it } from 'node:test'
import type { BodySink, BodySource } from '../../src/http/body.ts'
import { PlainWriter } from '../../src/listener/plain-lane/plain-writer.ts'
import { answer } from './scripted-lane.ts'

/** A connection that takes everything, and remembers what it took at a time. */
class Taking extends Duplex {
  readonly taken: string[] = []

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken.push(chunk.toString('latin1'))
    done()
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.taken.push(chunks.map(({ chunk }) => chunk.toString('latin1')).join(''))
    done()
  }
}

/** A body of unknown length, given as the test likes. */
class GivenBody implements BodySource {
  readonly length = undefined
  sink: BodySink | undefined

  start(sink: BodySink): void {
    this.sink = sink
  }

  resume(): void {}

  cancel(): void {}
}

function begun(body: GivenBody): { readonly connection: Taking; readonly finished: Promise<unknown> } {
  const connection = new Taking({ decodeStrings: true })
  const situation = { method: 'GET', version: '1.1', closes: false, acceptsTrailers: false, sendStallMs: 1000 }
  const events = { onFinished: () => connection.emit('finished'), onBroken: assert.fail }
  const finished = once(connection, 'finished')
  // All that the writer asks of a socket is there.
  const writer = new PlainWriter(connection as unknown as Socket, situation, events)
  writer.begin(answer(body, { fields: ['Date', 'now'] }), 0)
  return { connection, finished }
}

describe('a response in chunks', () => {
  it('leaves in one write, with its head and last chunk, when all of it comes in one turn', async () => {
    const body = new GivenBody()
    const { connection, finished } = begun(body)
    body.sink!.write(Buffer.from('hello'))
    body.sink!.end([])
    await finished
    const head = 'HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n'
    assert.deepEqual(connection.taken, [`${head}5\r\nhello\r\n0\r\n\r\n`])
  })

  it('does not wait for what comes in a later turn', async () => {
    const body = new GivenBody()
    const { connection, finished } = begun(body)
    await undefined
    assert.equal(connection.taken.length, 1)
    body.sink!.write(Buffer.from('hello'))
    assert.equal(connection.taken.length, 2)
    body.sink!.end([])
    await finished
    assert.deepEqual(connection.taken.slice(1), ['5\r\nhello\r\n', '0\r\n\r\n'])
  })
})

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type MessageBytes, Outbox } from '../../src/http1/outbox.ts'

/** Takes what is written at once, or keeps it. */
class FakeSocket {
  takes = true
  writableLength = 0
  readonly written: Buffer[] = []

  write(bytes: Buffer): boolean {
    this.written.push(bytes)
    if (!this.takes) this.writableLength += bytes.length
    return true
  }

  get texts(): string[] {
    return this.written.map((bytes) => bytes.toString('latin1'))
  }
}

function message(text: string, bytesMax = text.length): MessageBytes {
  return { bytesMax, write: (to) => to.write(text, 'latin1') }
}

function send(outbox: Outbox, socket: FakeSocket, ...texts: string[]): void {
  // All that an outbox wants of a socket is here.
  for (const text of texts) outbox.send(socket as unknown as Socket, message(text, text.length + 100))
}

describe('an outbox', () => {
  it('uses the memory of what was taken at once again', () => {
    const [outbox, socket] = [new Outbox(), new FakeSocket()]
    send(outbox, socket, 'one', 'two')
    assert.equal(socket.written[0]!.byteOffset, socket.written[1]!.byteOffset)
  })

  it('leaves to sockets what they still hold, whoever is sent to next', () => {
    const [outbox, slow, quick] = [new Outbox(), new FakeSocket(), new FakeSocket()]
    slow.takes = false
    const texts = Array.from({ length: 500 }, (_, i) => `message ${i} `.padEnd(700, String(i)))
    for (const text of texts) {
      send(outbox, slow, text)
      send(outbox, quick, 'something else that is longer than that'.repeat(20))
    }
    assert.deepEqual(slow.texts, texts)
  })

  it('writes each message as it is, whatever lengths follow each other and whoever takes them', () => {
    const outbox = new Outbox()
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 3000 }), fc.boolean()), { minLength: 1, maxLength: 100, size: 'max' }),
        (messages) => {
          const sent = messages.map(([length, takes], index) => {
            const socket = new FakeSocket()
            socket.takes = takes
            const text = `${index} `.padEnd(length, String(index))
            send(outbox, socket, text)
            assert.equal(socket.texts[0], text)
            return { socket, takes, text }
          })
          for (const { socket, takes, text } of sent) if (!takes) assert.equal(socket.texts[0], text)
        },
      ),
    )
  })

  it('leaves them little more than that, so that slow clients do not keep much memory each', () => {
    const [outbox, slow] = [new Outbox(), new FakeSocket()]
    slow.takes = false
    send(outbox, slow, ...Array.from({ length: 500 }, () => 'x'.repeat(700)))
    const memories = new Set(slow.written.map(({ buffer }) => buffer))
    const bytes = [...memories].reduce((sum, { byteLength }) => sum + byteLength, 0)
    assert.ok(bytes < 2 * 500 * 700, `${bytes} bytes for ${500 * 700}`)
  })

  it('sends what is longer than its memory, and keeps none of it', () => {
    const [outbox, socket] = [new Outbox(), new FakeSocket()]
    const long = 'y'.repeat(100_000)
    send(outbox, socket, 'short', long, 'again')
    assert.deepEqual(socket.texts.slice(1), [long, 'again'])
  })
})

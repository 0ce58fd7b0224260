import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ProxyError } from '../../src/errors.ts'
import { Spool } from '../../src/forward/spool.ts'
import type { BodySource } from '../../src/http/body.ts'
import { HeldClock } from '../support/held-clock.ts'
import { PushedBody } from '../support/pushed-body.ts'

interface Set {
  readonly spool: Spool
  readonly body: PushedBody
  readonly clock: HeldClock
  readonly whole: string[]
  settled: number
}

function spoolOf(storeBytesMax: number, windowBytes = 4): Set {
  const clock = new HeldClock()
  const body = new PushedBody()
  const whole: string[] = []
  const set = { body, clock, whole, settled: 0 }
  const spool = new Spool(body, {
    storeBytesMax,
    windowBytes,
    laggardMs: 10_000,
    clock,
    onWhole: (bytes) => whole.push(bytes.toString()),
    onSettled: () => {
      set.settled++
    },
  })
  return Object.assign(set, { spool })
}

/** A reader that takes `appetite` chunks and then holds until told to go on. */
class Reader {
  text = ''
  ended = false
  failed: ProxyError | undefined
  appetite: number
  readonly #source: BodySource

  constructor(source: BodySource, appetite = Number.POSITIVE_INFINITY) {
    this.#source = source
    this.appetite = appetite
    source.start({
      write: (chunk) => {
        this.text += chunk.toString()
        return --this.appetite > 0
      },
      end: () => {
        this.ended = true
      },
      fail: (error) => {
        this.failed = error
      },
    })
  }

  eat(chunks: number): void {
    this.appetite = chunks
    this.#source.resume()
  }

  leave(): void {
    this.#source.cancel(new ProxyError('CLIENT_GONE', 'left', { source: 'client', status: 499 }))
  }
}

describe('a spool', () => {
  it('gives every reader every byte, whenever it came', () => {
    const { spool, body } = spoolOf(100)
    const early = new Reader(spool.reader())
    spool.start()
    body.push('one ')
    const late = new Reader(spool.reader())
    body.push('two')
    body.end()
    assert.deepEqual([early.text, late.text, early.ended, late.ended], ['one two', 'one two', true, true])
  })

  it('collects the whole body for storing, in a buffer of its own memory', () => {
    const { spool, body, whole } = spoolOf(100)
    new Reader(spool.reader())
    spool.start()
    body.push('one ')
    body.push('two')
    body.end()
    assert.deepEqual(whole, ['one two'])
  })

  it('reads the origin at its own speed while it stores, however slow a reader is', () => {
    const { spool, body, whole } = spoolOf(100)
    const slow = new Reader(spool.reader(), 1)
    spool.start()
    for (const text of ['aaaa', 'bbbb', 'cccc']) body.push(text)
    body.end()
    assert.deepEqual(whole, ['aaaabbbbcccc'])
    assert.equal(slow.text, 'aaaa')
    slow.eat(10)
    assert.deepEqual([slow.text, slow.ended], ['aaaabbbbcccc', true])
  })

  it('pauses the origin when a body that is not stored is not read', () => {
    const { spool, body, whole } = spoolOf(3)
    const slow = new Reader(spool.reader(), 1)
    spool.start()
    body.push('aaaa')
    body.push('bbbb')
    assert.equal(body.held, true)
    slow.eat(10)
    assert.equal(body.held, false)
    body.push('cc')
    body.end()
    assert.equal(slow.text, 'aaaabbbbcc')
    assert.deepEqual(whole, [])
  })

  it('is not whole any more for a new reader once it let bytes go', () => {
    const { spool, body } = spoolOf(3)
    new Reader(spool.reader())
    spool.start()
    assert.equal(spool.whole, true)
    body.push('aaaa')
    assert.equal(spool.whole, false)
  })

  it('cuts a reader that holds up the others too long', () => {
    const { spool, body, clock } = spoolOf(3)
    const quick = new Reader(spool.reader())
    const stuck = new Reader(spool.reader(), 1)
    spool.start()
    body.push('aaaa')
    body.push('bbbb')
    assert.equal(body.held, true)
    clock.advance(10_000)
    assert.equal(stuck.failed?.code, 'CLIENT_TIMEOUT')
    assert.equal(body.held, false)
    body.end()
    assert.deepEqual([quick.text, quick.ended], ['aaaabbbb', true])
  })

  it('never cuts the only reader: that is for its connection to decide', () => {
    const { spool, body, clock } = spoolOf(3)
    const stuck = new Reader(spool.reader(), 1)
    spool.start()
    body.push('aaaa')
    body.push('bbbb')
    clock.advance(60_000)
    assert.equal(stuck.failed, undefined)
  })

  it('fails every reader when the source fails, and stores nothing', () => {
    const { spool, body, whole } = spoolOf(100)
    const readers = [new Reader(spool.reader()), new Reader(spool.reader(), 1)]
    spool.start()
    body.push('half')
    body.fail(new ProxyError('ORIGIN_CUT', 'cut', { source: 'origin', status: 502 }))
    readers[1]!.eat(1)
    assert.deepEqual(
      readers.map((reader) => reader.failed?.code),
      ['ORIGIN_CUT', 'ORIGIN_CUT'],
    )
    assert.deepEqual(whole, [])
  })

  it('goes on for storing when every reader has left', () => {
    const { spool, body, whole } = spoolOf(100)
    const reader = new Reader(spool.reader())
    spool.start()
    body.push('one ')
    reader.leave()
    body.push('two')
    body.end()
    assert.deepEqual(whole, ['one two'])
  })

  it('cancels the source when nobody reads what will not be stored', () => {
    const set = spoolOf(3)
    const reader = new Reader(set.spool.reader())
    set.spool.start()
    set.body.push('aaaa')
    reader.leave()
    assert.equal(set.body.cancelled?.code, 'CLIENT_GONE')
    assert.equal(set.settled, 1)
  })

  it('leaves no timer behind', () => {
    const { spool, body, clock } = spoolOf(3)
    new Reader(spool.reader())
    const slow = new Reader(spool.reader(), 1)
    spool.start()
    body.push('aaaa')
    body.push('bbbb')
    slow.eat(10)
    body.end()
    assert.equal(clock.pendingTimers, 0)
  })

  it('gives the same bytes to readers of any appetite, in any order of events', () => {
    const step = fc.record({ reader: fc.nat(2), appetite: fc.integer({ min: 1, max: 3 }) })
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 12 }),
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        (pieces, steps, storeBytesMax) => {
          const { spool, body } = spoolOf(storeBytesMax)
          const readers = [0, 1, 2].map(() => new Reader(spool.reader(), 1))
          spool.start()
          const queue = [...pieces]
          const pushWhatFits = (): void => {
            while (queue.length > 0 && !body.held) body.push(queue.shift()!)
          }
          for (const { reader, appetite } of steps) {
            pushWhatFits()
            readers[reader]!.eat(appetite)
          }
          while (queue.length > 0) {
            pushWhatFits()
            for (const reader of readers) reader.eat(Number.POSITIVE_INFINITY)
          }
          body.end()
          for (const reader of readers) reader.eat(Number.POSITIVE_INFINITY)
          for (const reader of readers) assert.deepEqual([reader.text, reader.ended], [pieces.join(''), true])
        },
      ),
      { numRuns: 500 },
    )
  })
})

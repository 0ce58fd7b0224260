import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { ProxyError } from '../../src/errors.ts'
import { readWhole } from '../../src/http/body.ts'
import type { OriginResponse } from '../../src/origin/origin-client.ts'
import type { PeerReply } from '../../src/proxy/peers.ts'
import type { Invalidation } from '../../src/tiers/invalidation.ts'
import { Peer, type PeerService } from '../../src/workers/peer.ts'
import { ownerOf, type PortableRequest } from '../../src/workers/peer-messages.ts'
import { HeldClock } from '../support/held-clock.ts'
import { PushedBody } from '../support/pushed-body.ts'

const REQUEST: PortableRequest = {
  method: 'GET',
  scheme: 'http',
  authority: 'h',
  target: '/',
  version: '1.1',
  fields: [],
  forwarding: [],
  clientAddress: '192.0.2.1',
  peerAddress: '192.0.2.1',
  receivedMs: 0,
  expectsContinue: false,
  acceptsTrailers: false,
  isForwarded: false,
  upgrade: undefined,
}

const RESPONSE: OriginResponse = {
  status: 200,
  reason: 'OK',
  fields: ['Cache-Control', 'max-age=60'],
  body: undefined,
  announcedLength: undefined,
  framing: 'chunked',
  requestTimeMs: 1,
  responseTimeMs: 2,
  origin: 'o',
}

const byKey = (value: string): Invalidation => ({ scope: 'changed', value, soft: false })

type Event = { readonly kind: string; readonly response?: OriginResponse; readonly error?: ProxyError }

class Pair {
  readonly clock = new HeldClock()
  readonly asker: Peer
  readonly owner: Peer
  readonly invalidated: string[][] = []
  matched: number | Promise<number> = 1
  answering: PeerReply | undefined
  #asked: (() => void) | undefined
  readonly asked = new Promise<void>((resolve) => {
    this.#asked = resolve
  })

  constructor() {
    const { port1, port2 } = new MessageChannel()
    const idle: PeerService = { answer: () => {}, invalidate: () => 0 }
    const service: PeerService = {
      answer: (_request, answering) => {
        this.answering = answering
        this.#asked?.()
      },
      invalidate: (invalidations) => {
        this.invalidated.push(invalidations.map(({ value }) => value))
        return this.matched
      },
    }
    this.asker = new Peer(port1, idle, this.clock)
    this.owner = new Peer(port2, service, this.clock)
    // In the program the listeners keep a thread alive; here nothing else does.
    port1.ref()
    port2.ref()
  }

  /** Asks, and gives the first thing that comes of it. */
  ask(): { readonly event: Promise<Event>; readonly abandon: () => void } {
    let abandon = (): void => {}
    const event = new Promise<Event>((resolve) => {
      abandon = this.asker.ask(
        { request: REQUEST, heldResponseTimeMs: undefined },
        {
          onInterim: () => {},
          onResponse: (response) => resolve({ kind: 'response', response }),
          onError: (error) => resolve({ kind: 'error', error }),
          onStored: () => resolve({ kind: 'stored' }),
          onReleased: () => resolve({ kind: 'released' }),
        },
      )
    })
    return { event, abandon }
  }
}

const refuse = (): ProxyError => new ProxyError('INTERNAL', 'too large', { source: 'internal', status: 500 })

describe('workers that ask each other', () => {
  const pairs: Pair[] = []
  const pair = (): Pair => {
    const made = new Pair()
    pairs.push(made)
    return made
  }
  afterEach(() => {
    for (const made of pairs.splice(0)) {
      made.asker.close()
      made.owner.close()
    }
  })

  it('pass a response on while it arrives', async () => {
    const { ask, asked, answering } = bind(pair())
    const { event } = ask()
    await asked
    const body = new PushedBody()
    answering().respond(RESPONSE, body)
    const { response } = await event
    assert.deepEqual(response?.fields, RESPONSE.fields)
    const read = readWhole(response!.body!, 1e6, refuse)
    body.push('first ')
    body.push('second')
    body.end()
    assert.equal((await read)?.toString(), 'first second')
  })

  it('show a cut as a cut', async () => {
    const { ask, asked, answering } = bind(pair())
    const { event } = ask()
    await asked
    const body = new PushedBody()
    answering().respond(RESPONSE, body)
    const read = readWhole((await event).response!.body!, 1e6, refuse)
    body.push('half')
    body.fail(new ProxyError('ORIGIN_CUT', 'cut', { source: 'origin', status: 502 }))
    await assert.rejects(read, { code: 'ORIGIN_CUT' })
  })

  it('hold the owner back when the bytes are not used', async () => {
    const { ask, asked, answering } = bind(pair())
    const { event } = ask()
    await asked
    const body = new PushedBody()
    answering().respond(RESPONSE, body)
    const { response } = await event
    const chunk = Buffer.alloc(64 * 1024)
    let pushed = 0
    while (!body.held) {
      body.push(chunk)
      pushed++
    }
    assert.equal(pushed, 4)
    const resumed = new Promise<void>((resolve) => {
      body.resume = () => {
        body.held = false
        resolve()
      }
    })
    response!.body!.start({ write: () => true, end: () => {}, fail: () => {} })
    await resumed
  })

  it('are told of failures, and that the owner cannot help', async () => {
    for (const [answer, kind] of [
      [(reply: PeerReply) => reply.released(), 'released'],
      [(reply: PeerReply) => reply.failed(refuse()), 'error'],
    ] as const) {
      const { ask, asked, answering } = bind(pair())
      const { event } = ask()
      await asked
      answer(answering())
      assert.equal((await event).kind, kind)
    }
  })

  it('are released when the owner ends before the head, and cut after it', async () => {
    const before = bind(pair())
    const first = before.ask()
    await before.asked
    before.made.owner.close()
    assert.equal((await first.event).kind, 'released')

    const after = bind(pair())
    const second = after.ask()
    await after.asked
    after.answering().respond(RESPONSE, new PushedBody())
    const { response } = await second.event
    const read = readWhole(response!.body!, 1e6, refuse)
    after.made.owner.close()
    await assert.rejects(read, { code: 'INTERNAL' })
  })

  it('cancel at the owner what they do not want any more', async () => {
    const { ask, asked, answering } = bind(pair())
    const { event } = ask()
    await asked
    const body = new PushedBody()
    const cancelled = new Promise<void>((resolve) => {
      body.cancel = () => resolve()
    })
    answering().respond(RESPONSE, body)
    const { response } = await event
    response!.body!.cancel(refuse())
    await cancelled
  })

  it('acknowledge invalidations, and say how many stored responses they concerned', async () => {
    const { made } = bind(pair())
    made.matched = 3
    assert.equal(await made.asker.invalidate([byKey('a'), byKey('b')]), 3)
    assert.deepEqual(made.invalidated, [['a', 'b']])
  })

  it('do not wait for one that does not acknowledge in time', async () => {
    const { made } = bind(pair())
    const acknowledged = made.asker.invalidate([byKey('a')])
    made.clock.advance(1_000)
    assert.equal(await acknowledged, undefined)
  })

  it('wait longer for one that has said that it is at work', async () => {
    const { made } = bind(pair())
    const { promise, resolve } = Promise.withResolvers<number>()
    made.matched = promise
    const acknowledged = made.asker.invalidate([{ scope: 'everything', value: '', soft: true }])
    // A question that is answered shows that what was said before it has arrived.
    const { event } = made.ask()
    await made.asked
    made.answering!.released()
    await event
    made.clock.advance(10_000)
    resolve(7)
    assert.equal(await acknowledged, 7)
  })
})

describe('the owner of a key', () => {
  it('is the same in every thread, and every worker owns about as many', () => {
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 10_000; i++) counts[ownerOf(`http:6:h.test:/page/${i}`, 4)]!++
    for (const count of counts) assert.ok(count > 2_200 && count < 2_800, `${counts}`)
  })
})

function bind(made: Pair) {
  return { made, ask: () => made.ask(), asked: made.asked, answering: () => made.answering! }
}

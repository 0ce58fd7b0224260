import type { MessagePort } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { PeerHandler, PeerQuestion, PeerReply } from '../proxy/peers.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { Answering } from './answering.ts'
import { Asking } from './asking.ts'
import type { PeerMessage, PortableRequest } from './peer-messages.ts'

/** What a worker does for another one. */
export interface PeerService {
  /** Find or fetch, as the owner of the key. */
  answer(question: PeerQuestion<PortableRequest>, reply: PeerReply): void
  /** @returns how many stored responses were concerned */
  invalidate(invalidations: readonly Invalidation[]): number | Promise<number>
}

/** How long another worker may take to hear of an invalidation, and how long for all its work when it has said so. */
const ACKNOWLEDGE_MS = 1_000
const WALK_MS = 30_000

interface Acknowledgement {
  heard(): void
  /** @param matched undefined: it did not say so in time */
  settle(matched: number | undefined): void
}

/** Another worker of the same box, over a port. When it ends, everything asked of it is answered as lost. */
export class Peer {
  readonly #port: MessagePort
  readonly #service: PeerService
  readonly #clock: Clock
  readonly #asked = new Map<number, Asking>()
  readonly #answering = new Map<number, Answering>()
  readonly #acknowledgements = new Map<number, Acknowledgement>()
  #nextId = 1
  #closed = false

  constructor(port: MessagePort, service: PeerService, clock: Clock) {
    this.#port = port
    this.#service = service
    this.#clock = clock
    port.on('message', (message: PeerMessage) => this.#receive(message))
    port.on('close', () => this.#lose())
    // Open ports must not keep a worker alive that has nothing else to do.
    port.unref()
  }

  /** @returns what abandons the question */
  ask(question: PeerQuestion<PortableRequest>, handler: PeerHandler): () => void {
    const id = this.#nextId++
    const asking = new Asking(
      id,
      (message) => this.#post(message),
      handler,
      () => this.#asked.delete(id),
    )
    if (this.#closed) {
      queueMicrotask(() => asking.lost())
      return () => asking.cancel()
    }
    this.#asked.set(id, asking)
    this.#post({ type: 'ask', id, ...question })
    return () => asking.cancel()
  }

  /** Resolves when the other worker has done so, with what was concerned there; undefined when it did not say so in time. */
  invalidate(invalidations: readonly Invalidation[]): Promise<number | undefined> {
    if (this.#closed) return Promise.resolve(0)
    const id = this.#nextId++
    return new Promise((resolve) => {
      const settle = (matched: number | undefined): void => {
        cancelTimer()
        this.#acknowledgements.delete(id)
        resolve(matched)
      }
      let cancelTimer = this.#clock.after(ACKNOWLEDGE_MS, () => settle(undefined))
      const heard = (): void => {
        cancelTimer()
        cancelTimer = this.#clock.after(WALK_MS, () => settle(undefined))
      }
      this.#acknowledgements.set(id, { heard, settle })
      this.#post({ type: 'invalidate', id, invalidations })
    })
  }

  close(): void {
    this.#port.close()
    this.#lose()
  }

  #receive(message: PeerMessage): void {
    switch (message.type) {
      case 'ask':
        return this.#answer(message.id, message)
      case 'taken':
        return this.#answering.get(message.id)?.taken(message.bytes)
      case 'cancel':
        return this.#answering.get(message.id)?.cancel()
      case 'invalidate':
        return this.#invalidate(message.id, message.invalidations)
      case 'invalidating':
        return this.#acknowledgements.get(message.id)?.heard()
      case 'invalidated':
        return this.#acknowledgements.get(message.id)?.settle(message.matched)
      default:
        this.#asked.get(message.id)?.receive(message)
    }
  }

  #invalidate(id: number, invalidations: readonly Invalidation[]): void {
    const matched = this.#service.invalidate(invalidations)
    if (typeof matched === 'number') return this.#post({ type: 'invalidated', id, matched })
    this.#post({ type: 'invalidating', id })
    void matched.then((found) => this.#post({ type: 'invalidated', id, matched: found }))
  }

  #answer(id: number, question: PeerQuestion<PortableRequest>): void {
    const post = (message: PeerMessage, transfer?: ArrayBuffer[]): void => this.#post(message, transfer)
    const answering = new Answering(id, post, () => this.#answering.delete(id))
    this.#answering.set(id, answering)
    this.#service.answer(question, answering)
  }

  #post(message: PeerMessage, transfer: ArrayBuffer[] = []): void {
    if (!this.#closed) this.#port.postMessage(message, transfer)
  }

  #lose(): void {
    if (this.#closed) return
    this.#closed = true
    for (const asking of [...this.#asked.values()]) asking.lost()
    for (const answering of [...this.#answering.values()]) answering.cancel()
    // It invalidates nothing any more, because it has nothing any more.
    for (const acknowledgement of [...this.#acknowledgements.values()]) acknowledgement.settle(0)
  }
}

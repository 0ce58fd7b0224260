import type { MessagePort } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { PeerHandler, PeerQuestion, Peers, PeersAnswer } from '../proxy/peers.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { Peer, type PeerService } from './peer.ts'
import { ownerOf, type PortableRequest } from './peer-messages.ts'

/** The other workers of the box, as one of them sees them. */
export class BoxPeers implements Peers {
  readonly #index: number
  readonly #count: number
  readonly #clock: Clock
  readonly #peers = new Map<number, Peer>()
  readonly #onUnresponsive: (index: number) => void
  #service: PeerService = {
    answer: (_question, reply) => reply.released(),
    invalidate: () => 0,
  }

  constructor(options: {
    readonly index: number
    readonly count: number
    readonly clock: Clock
    readonly onUnresponsive: (index: number) => void
  }) {
    this.#index = options.index
    this.#count = options.count
    this.#clock = options.clock
    this.#onUnresponsive = options.onUnresponsive
  }

  /** What this worker does for the others; until it is set they are sent to the origin. */
  serve(service: PeerService): void {
    this.#service = service
  }

  /** The port to another worker, in place of the one it had. */
  connect(index: number, port: MessagePort): void {
    this.#peers.get(index)?.close()
    const service: PeerService = {
      answer: (question, reply) => this.#service.answer(question, reply),
      invalidate: (invalidations) => this.#service.invalidate(invalidations),
    }
    this.#peers.set(index, new Peer(port, service, this.#clock))
  }

  /**
   * Asks the worker that owns the key.
   *
   * @returns what abandons the question; undefined when this worker owns the key itself, or the owner is not there
   */
  ask(cacheKey: string, question: PeerQuestion<ProxyRequest>, handler: PeerHandler): (() => void) | undefined {
    const owner = ownerOf(cacheKey, this.#count)
    if (owner === this.#index) return undefined
    return this.#peers.get(owner)?.ask({ ...question, request: portable(question.request) }, handler)
  }

  /** Resolves when every other worker has done so, or is taken for dead. */
  async invalidate(invalidations: readonly Invalidation[]): Promise<PeersAnswer> {
    const asked = [...this.#peers].map(async ([index, peer]) => {
      const matched = await peer.invalidate(invalidations)
      if (matched === undefined) this.#onUnresponsive(index)
      return matched
    })
    const acknowledged = (await Promise.all(asked)).filter((matched) => matched !== undefined)
    return {
      asked: asked.length,
      acknowledged: acknowledged.length,
      matched: acknowledged.reduce((sum, matched) => sum + matched, 0),
    }
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close()
  }
}

function portable(request: ProxyRequest): PortableRequest {
  const { body: _body, exchange: _exchange, ...rest } = request
  return rest
}

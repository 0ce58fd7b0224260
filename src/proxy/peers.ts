import type { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import type { OriginHandler, OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Invalidation } from '../tiers/invalidation.ts'

/** The other threads of this box, which share the work of one cache (docs/decisions/workers.md). */
export interface Peers {
  /**
   * Asks the thread that owns the key, before the origin.
   *
   * @returns what abandons the question; undefined when there is nobody to ask
   */
  ask(cacheKey: string, question: PeerQuestion<ProxyRequest>, handler: PeerHandler): (() => void) | undefined
  /** Resolves when no other thread serves what is invalid without being allowed to. */
  invalidate(invalidations: readonly Invalidation[]): Promise<PeersAnswer>
}

/** Find or fetch this, as the owner of its key. */
export interface PeerQuestion<Request> {
  readonly request: Request
  /** When the response that the asking thread has came, which is no longer fresh: it wants a later one. Undefined: it has none. */
  readonly heldResponseTimeMs: number | undefined
}

/** What the other threads said to an invalidation. */
export interface PeersAnswer {
  readonly asked: number
  readonly acknowledged: number
  /** Stored responses that were concerned there. */
  readonly matched: number
}

/** What comes of asking the owner: a response, an error, or one of these. */
export interface PeerHandler extends OriginHandler {
  /** The owner has it, fresh, or stale and still to be served: here is a copy. */
  onStored(stored: StoredResponse): void
  /** @param cover a copy of what may be served in place of the origin that failed */
  onError(error: ProxyError, cover?: StoredResponse): void
  /** The owner cannot help, or is gone: ask the origin. */
  onReleased(): void
}

/** The owner's side: exactly one of these is called. */
export interface PeerReply {
  stored(stored: StoredResponse): void
  respond(response: OriginResponse, body: BodySource | undefined): void
  released(): void
  /** @param cover what may be served in place of the origin that failed */
  failed(error: ProxyError, cover?: StoredResponse): void
}

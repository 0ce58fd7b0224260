import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import type { Flights } from '../forward/flights.ts'
import type { Lookup } from '../lookup/lookup.ts'
import type { OriginPool } from '../origin/origin-client.ts'
import type { Planner } from '../policy/plan.ts'
import type { ForwardedRequest } from '../request/forwarding.ts'
import type { OwnCookies } from '../request/own-cookies.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Responder } from '../respond/responder.ts'
import type { MemoryTier } from '../tiers/memory/memory-tier.ts'
import type { RemoteTiers } from '../tiers/remote-tiers.ts'
import type { PurgeRecord, Purging } from './answer-purge.ts'
import type { Invalidator } from './invalidator.ts'
import type { Peers } from './peers.ts'
import type { RememberedPlans } from './remembered-plans.ts'
import type { RememberedTemplates } from './remembered-templates.ts'

export interface CoreSettings {
  /** Off: every miss asks the origin by itself. */
  readonly coalescing: boolean
  /** Largest body that is stored. */
  readonly objectBytesMax: number
  /** Whether `Cache-Control` of a request is obeyed (RFC 9111 §5.2.1). */
  readonly obeyRequestDirectives: boolean
}

/** The parts that the life of a request goes through; joined in `site/`. */
export interface Core {
  readonly clock: Clock
  readonly settings: CoreSettings
  readonly plan: Planner
  /** Of lines that are asked for again and again. */
  readonly plans: RememberedPlans
  readonly lookup: Lookup
  /** What responses became that are made for one request each. */
  readonly templates: RememberedTemplates
  readonly memory: MemoryTier
  readonly flights: Flights
  readonly pool: OriginPool
  readonly responder: Responder
  readonly invalidator: Invalidator
  /** What is meant by a purge that does not say. */
  readonly purgesSoftly: boolean
  /** undefined: purges by request are forwarded like anything else. */
  readonly purging: Purging | undefined
  /** undefined: this thread is the only one. */
  readonly peers: Peers | undefined
  /** undefined: there is nothing behind memory. */
  readonly tiers: RemoteTiers | undefined
  /** The cookies of stickiness; undefined where there is none. */
  readonly ownCookies: OwnCookies | undefined
  /** Visitors come first where requests have to wait. */
  isCrawler(request: ProxyRequest): boolean
  /** Via, X-Forwarded-*, Forwarded for the upstream request. */
  forwardingFields(request: ForwardedRequest): readonly string[]
  /** Something was purged, by whom and with what success. */
  onPurge(record: PurgeRecord): void
  /** Something threw that must not: a defect, contained where it was met. */
  onFault(error: unknown): void
  /** An upstream request failed, whatever the client got in its place. */
  onFailure(error: ProxyError): void
}

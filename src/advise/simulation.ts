import { LRUCache } from 'lru-cache'
import type { CachingConfig } from '../config/config.ts'
import type { RawFields } from '../http/fields.ts'
import type { CachePolicy, Plan } from '../policy/plan.ts'
import { createPlanner } from '../policy/planner.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { responseMetadata } from '../rfc9111/metadata.ts'
import { mayStore } from '../rfc9111/storing.ts'
import type { LoggedRequest } from './log-line.ts'

export interface SimulationSettings {
  readonly caching: CachingConfig
  readonly memoryBytes: number
  readonly objectBytesMax: number
  /** How long pages are taken to be fresh where the configuration does not say: a log has no header fields. */
  readonly assumedSeconds: number
}

export interface SimulationResult {
  readonly requests: number
  readonly hits: number
  /** Requests that the origin gets, refreshes behind a hit included. */
  readonly originRequests: number
  /** Requests in the busiest minute, and what the origin gets of those in its own busiest. */
  readonly peakRequestsPerMinute: number
  readonly peakOriginPerMinute: number
  /** Why requests were not hits: the words of `Cache-Status`. */
  readonly reasons: ReadonlyMap<string, number>
  /** Paths that were asked for most without being hits. */
  readonly topMisses: readonly (readonly [path: string, count: number])[]
}

/** What the cache would hold for a key. */
interface Held {
  readonly freshUntilMs: number
  readonly servedUntilMs: number
  readonly bytes: number
}

/** What one stored response weighs beside its body, about: fields, key, prepared head. */
const OVERHEAD_BYTES = 2048
const MINUTE_MS = 60_000
const PATHS_MAX = 20_000

/**
 * Replays a log against the planner, the rules of storing and an LRU of the configured size, by the log's own clock.
 *
 * The answers to what the log does not tell are those that a site without header fields of its own would give: every success
 * is for everybody, and fresh for as long as the configuration says, or as assumed.
 */
export class Simulation {
  readonly #settings: SimulationSettings
  readonly #plan
  readonly #held: LRUCache<string, Held>
  readonly #perMinute = new Map<number, { requests: number; origin: number }>()
  readonly #reasons = new Map<string, number>()
  readonly #misses = new Map<string, number>()
  #requests = 0
  #hits = 0
  #originRequests = 0

  constructor(settings: SimulationSettings) {
    this.#settings = settings
    this.#plan = createPlanner(settings.caching)
    this.#held = new LRUCache({ maxSize: settings.memoryBytes, sizeCalculation: ({ bytes }) => bytes + OVERHEAD_BYTES })
  }

  add(logged: LoggedRequest): void {
    const request = requestOf(logged)
    const plan = this.#plan(request)
    const { timeMs } = logged
    this.#requests++
    this.#minute(timeMs).requests++
    if (plan.kind === 'pass') return this.#forwarded(logged, plan.reason ?? 'rule')
    const held = this.#held.get(plan.key)
    if (held !== undefined && timeMs < held.freshUntilMs) {
      this.#hits++
    } else if (held !== undefined && timeMs < held.servedUntilMs) {
      // Served at once, and fetched again behind it.
      this.#hits++
      this.#origin(timeMs)
      this.#store(logged, plan, request)
    } else {
      const refusal = this.#store(logged, plan, request)
      this.#forwarded(logged, refusal ?? (held === undefined ? 'not seen before' : 'stale'))
    }
  }

  result(): SimulationResult {
    let peakRequestsPerMinute = 0
    let peakOriginPerMinute = 0
    for (const { requests, origin } of this.#perMinute.values()) {
      peakRequestsPerMinute = Math.max(peakRequestsPerMinute, requests)
      peakOriginPerMinute = Math.max(peakOriginPerMinute, origin)
    }
    return {
      requests: this.#requests,
      hits: this.#hits,
      originRequests: this.#originRequests,
      peakRequestsPerMinute,
      peakOriginPerMinute,
      reasons: this.#reasons,
      topMisses: [...this.#misses].sort((a, b) => b[1] - a[1]).slice(0, 10),
    }
  }

  /** @returns why the response would not be stored; undefined when it is */
  #store(logged: LoggedRequest, plan: Plan, request: ProxyRequest): string | undefined {
    // A 304 in the log was a success that its client had already.
    const status = logged.status === 304 ? 200 : logged.status
    const bare = plan.forResponse(status, NO_FIELDS)
    const fields = this.#saysLifetime(bare) ? NO_FIELDS : ['Cache-Control', `max-age=${this.#settings.assumedSeconds}`]
    const policy = plan.forResponse(status, fields)
    const metadata = responseMetadata({ status, fields, responseTimeMs: logged.timeMs, policy })
    const planned = { ...request, fields: plan.cookies.withoutNoise(request.fields) }
    const requestHadCookies = plan.cookies.hasUnkeyed(planned.fields)
    const decision = mayStore({
      request: planned,
      requestHadCookies,
      status,
      responseFields: fields,
      ...metadata,
      policy,
    })
    if (decision.kind === 'refused') return decision.reason
    if (logged.bytes > this.#settings.objectBytesMax) return 'too-large'
    const bytes = logged.bytes > 0 ? logged.bytes : (this.#held.peek(plan.key)?.bytes ?? 0)
    const freshUntilMs = logged.timeMs + metadata.lifetime.seconds * 1000
    this.#held.set(plan.key, { freshUntilMs, servedUntilMs: freshUntilMs + policy.refreshSeconds * 1000, bytes })
    return undefined
  }

  #saysLifetime({ freshnessSeconds, defaultFreshnessSeconds }: CachePolicy): boolean {
    return freshnessSeconds !== undefined || defaultFreshnessSeconds !== undefined
  }

  #forwarded({ timeMs, target }: LoggedRequest, reason: string): void {
    this.#origin(timeMs)
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    const path = target.split('?', 1)[0]!
    const before = this.#misses.get(path)
    if (before !== undefined || this.#misses.size < PATHS_MAX) this.#misses.set(path, (before ?? 0) + 1)
  }

  #origin(timeMs: number): void {
    this.#originRequests++
    this.#minute(timeMs).origin++
  }

  #minute(timeMs: number): { requests: number; origin: number } {
    const minute = Math.floor(timeMs / MINUTE_MS)
    let counts = this.#perMinute.get(minute)
    if (counts === undefined) {
      counts = { requests: 0, origin: 0 }
      this.#perMinute.set(minute, counts)
    }
    return counts
  }
}

const NO_FIELDS: RawFields = []
const NO_EXCHANGE = { interim: () => {}, onGone: () => {} }

function requestOf({ method, authority, target, cookie, timeMs }: LoggedRequest): ProxyRequest {
  return {
    method,
    scheme: 'http',
    authority: authority === '' ? 'localhost' : authority,
    target,
    version: '1.1',
    fields: cookie === undefined ? NO_FIELDS : ['cookie', cookie],
    forwarding: NO_FIELDS,
    clientAddress: '',
    peerAddress: '',
    isForwarded: false,
    receivedMs: timeMs,
    body: undefined,
    expectsContinue: false,
    acceptsTrailers: false,
    upgrade: undefined,
    exchange: NO_EXCHANGE,
  }
}

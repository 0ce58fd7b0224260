import type { CachingConfig } from '../config/config.ts'
import type { RawFields } from '../http/fields.ts'
import type { CachePolicy, Plan } from '../policy/plan.ts'
import { createPlanner } from '../policy/planner.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { responseMetadata } from '../rfc9111/metadata.ts'
import { mayStore } from '../rfc9111/storing.ts'
import { TextLru } from '../tables/text-lru.ts'
import type { KnownResponse, LoggedRequest } from './log-line.ts'
import { type Prediction, RequestCounts } from './request-counts.ts'

export interface SimulationSettings {
  readonly caching: CachingConfig
  readonly memoryBytes: number
  readonly objectBytesMax: number
  /** How long pages are taken to be fresh where the configuration does not say: a log has no header fields. */
  readonly assumedSeconds: number
}

export interface SimulationResult extends Prediction {
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
  readonly #held: TextLru<Held>
  readonly #counts = new RequestCounts()
  readonly #reasons = new Map<string, number>()
  readonly #misses = new Map<string, number>()

  constructor(settings: SimulationSettings) {
    this.#settings = settings
    this.#plan = createPlanner(settings.caching)
    this.#held = new TextLru(settings.memoryBytes, ({ bytes }) => bytes + OVERHEAD_BYTES)
  }

  add(logged: LoggedRequest): void {
    const request = requestOf(logged)
    const plan = this.#plan(request)
    const { timeMs } = logged
    this.#counts.request(timeMs)
    if (plan.kind === 'pass') return this.#forwarded(logged, plan.reason ?? 'rule')
    const held = this.#held.get(plan.key)
    if (held !== undefined && timeMs < held.freshUntilMs) {
      this.#counts.hit()
    } else if (held !== undefined && timeMs < held.servedUntilMs) {
      // Served at once, and fetched again behind it.
      this.#counts.hit()
      this.#counts.origin(timeMs)
      this.#store(logged, plan, request)
    } else {
      const refusal = this.#store(logged, plan, request)
      this.#forwarded(logged, refusal ?? (held === undefined ? 'not seen before' : 'stale'))
    }
  }

  result(): SimulationResult {
    return {
      ...this.#counts.prediction(),
      reasons: this.#reasons,
      topMisses: [...this.#misses].sort((a, b) => b[1] - a[1]).slice(0, 10),
    }
  }

  /** @returns why the response would not be stored; undefined when it is */
  #store(logged: LoggedRequest, plan: Plan, request: ProxyRequest): string | undefined {
    // A 304 in the log was a success that its client had already.
    const status = logged.status === 304 ? 200 : logged.status
    const { known } = logged
    if (known !== undefined && isFinal(known)) return known.reason
    const saysLifetime = this.#saysLifetime(plan.forResponse(status, NO_FIELDS))
    const fields = fieldsOf(known, saysLifetime ? undefined : this.#settings.assumedSeconds)
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
    this.#counts.origin(timeMs)
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    const path = target.split('?', 1)[0]!
    const before = this.#misses.get(path)
    if (before !== undefined || this.#misses.size < PATHS_MAX) this.#misses.set(path, (before ?? 0) + 1)
  }
}

const NO_FIELDS: RawFields = []

/** Fields as the origin must have sent them, by the reason for which its response was not stored. */
const FIELDS_OF_REFUSALS: Readonly<Record<string, RawFields>> = {
  'no-store': ['Cache-Control', 'no-store'],
  private: ['Cache-Control', 'private'],
  'no-cache': ['Cache-Control', 'no-cache'],
  'vary-star': ['Vary', '*'],
  'set-cookie': ['Set-Cookie', 'name=value'],
}

/** The origin said nothing of a lifetime: another configuration may. */
const SILENT: ReadonlySet<string> = new Set(['consent', 'no-freshness'])

/** Refusals that no configuration changes, or none that is known here. */
const FINAL: ReadonlySet<string> = new Set([
  'authorization',
  'request-no-store',
  'must-understand',
  'vary-names',
  'content-range',
  'close-delimited',
  'too-large',
  'deception',
  'too-many-tags',
  'litespeed-vary',
])

function isFinal({ reason, lifetimeSeconds }: KnownResponse): boolean {
  return lifetimeSeconds === undefined && FINAL.has(reason)
}

/** The response's fields: as they must have been, or one that gives the lifetime which is assumed. */
function fieldsOf(known: KnownResponse | undefined, assumedSeconds: number | undefined): RawFields {
  if (known?.lifetimeSeconds !== undefined) return ['Cache-Control', `max-age=${Math.floor(known.lifetimeSeconds)}`]
  if (known !== undefined && SILENT.has(known.reason)) return NO_FIELDS
  const assumed = assumedSeconds === undefined ? NO_FIELDS : ['Cache-Control', `max-age=${assumedSeconds}`]
  const said = known === undefined ? undefined : FIELDS_OF_REFUSALS[known.reason]
  if (said === undefined) return assumed
  return said[0] === 'Cache-Control' ? said : [...said, ...assumed]
}

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

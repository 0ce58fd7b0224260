import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import { changedRequest } from './changed-request.ts'
import type { Candidate } from './choosing/candidate.ts'
import type { Eligibility } from './choosing/eligible.ts'
import type { FailureKind, Health } from './health.ts'
import type { Latencies } from './latencies.ts'
import type { MemberConnections } from './member-connections.ts'
import type { MemberCondition, MemberControl, MemberCounts, MemberState } from './member-state.ts'
import type { OriginRequest } from './origin-client.ts'
import type { Probe } from './probe.ts'
import type { OriginSettings } from './settings.ts'
import { slowStartFactor } from './slow-start.ts'

/** What a member is made of; joined by `makeMember`. */
export interface MemberParts {
  readonly pool: string
  readonly clock: Clock
  readonly health: Health
  readonly connections: MemberConnections
  readonly failureStatuses: ReadonlySet<number>
  readonly slowStartMs: number
  /** Kept only where requests are hedged. */
  readonly latencies: Latencies | undefined
  /** It was well before and is not now, or the other way round. */
  onChange(member: Member, reason: string): void
}

/**
 * So many hedges lost in a row, with no response between them, count as one failure: otherwise those that are abandoned in
 * time would hide that a member has ceased to answer at all.
 */
const LOST_HEDGES = 7

/** What a request to a member is: the first for its client, one after another member failed, one beside a slow member. */
export type Attempt = 'first' | 'retry' | 'hedge'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** One origin server of a pool: its connections, what is known of its health, and how much it has to do. */
export class Member implements Candidate, Eligibility, MemberControl {
  readonly name: string
  readonly health: Health
  readonly connections: MemberConnections
  readonly latencies: Latencies | undefined
  /** Requests it was given and has not finished. */
  load = 0
  #probe: Probe | undefined
  readonly #parts: MemberParts
  #settings: OriginSettings
  /** What was said at run time, against the settings. */
  #drained: boolean | undefined
  /** As last told. */
  #told: MemberCondition
  #reason: string | undefined
  #sinceMs: number
  readonly #counts: Writable<MemberCounts> = { requests: 0, failures: 0, timeouts: 0, retries: 0, hedges: 0 }
  #lostHedges = 0
  #recoveredMs = Number.NEGATIVE_INFINITY

  constructor(settings: OriginSettings, parts: MemberParts) {
    this.name = settings.name
    this.health = parts.health
    this.connections = parts.connections
    this.latencies = parts.latencies
    this.#settings = settings
    this.#parts = parts
    this.#told = this.condition
    this.#sinceMs = parts.clock.now()
  }

  /** Changes what does not concern its connections: weight, backup, drain. */
  configure(settings: OriginSettings): void {
    const drains = settings.drain === true
    if (drains !== (this.#settings.drain === true)) this.#drained = undefined
    this.#settings = settings
    this.#tell('the configuration says so')
  }

  /** Takes the place of one of its name whose connections are of no use to it: what was said of that at run time holds on. */
  follow(former: Member | undefined): void {
    if (former === undefined || (former.#settings.drain === true) !== (this.#settings.drain === true)) return
    this.#drained = former.#drained
    this.#tell(former.#reason ?? 'as before')
  }

  /** From now on these probes have a say as well. */
  watchedBy(probe: Probe): void {
    this.#probe = probe
    this.#told = this.condition
  }

  drain(): void {
    this.#drained = true
    this.#tell('it was drained')
  }

  enable(): void {
    this.#drained = false
    this.#tell('it was enabled')
  }

  get weight(): number {
    const { clock, slowStartMs } = this.#parts
    const { weight = 1 } = this.#settings
    return slowStartMs === 0 ? weight : weight * slowStartFactor(clock.now() - this.#recoveredMs, slowStartMs)
  }

  get backup(): boolean {
    return this.#settings.backup === true
  }

  get draining(): boolean {
    return this.#drained ?? this.#settings.drain === true
  }

  get admits(): boolean {
    return this.health.admits
  }

  get probedWell(): boolean {
    return this.#probe?.isWell ?? true
  }

  /** It was given a request: the first attempt, or one after or beside another member's. */
  asked(attempt: Attempt): void {
    this.load++
    this.#counts.requests++
    if (attempt === 'retry') this.#counts.retries++
    else if (attempt === 'hedge') this.#counts.hedges++
  }

  /** A request to it brought no complete response. */
  countFailure({ code }: ProxyError): void {
    this.#counts.failures++
    if (code === 'ORIGIN_TIMEOUT' || code === 'ORIGIN_STALLED') this.#counts.timeouts++
  }

  /** The request as this member gets it. */
  addressed(request: OriginRequest): OriginRequest {
    const { host } = this.#settings
    if (host === undefined) return request
    return changedRequest(request, { fields: withHost(request.fields, host), lines: undefined, head: undefined })
  }

  connected(generation: number): void {
    if (this.health.isUp) return
    this.health.connected(generation)
    if (this.health.isUp) this.recovered('a connection came about')
  }

  /**
   * @param latencyMs how long it took; undefined where that says nothing about the member
   * @returns whether this response held the member down
   */
  responded(generation: number, status: number, latencyMs: number | undefined): boolean {
    if (latencyMs !== undefined) {
      this.connections.responded(latencyMs)
      this.latencies?.add(latencyMs)
    }
    this.#lostHedges = 0
    if (this.#parts.failureStatuses.has(status)) return this.failed(generation, 'status', `it answered ${status}`)
    const wasUp = this.health.isUp
    this.health.responded(generation)
    if (!wasUp && this.health.isUp) this.recovered(`it answered ${status}`)
    return false
  }

  /** @returns whether this failure held the member down */
  failed(generation: number, kind: FailureKind, reason: string): boolean {
    const wasUp = this.health.isUp
    const held = this.health.failed(generation, kind)
    if (held && wasUp) this.#tell(reason)
    return held
  }

  /** Another member was quicker. @returns whether this held the member down */
  lostHedge(generation: number): boolean {
    if (++this.#lostHedges % LOST_HEDGES !== 0) return false
    return this.failed(
      generation,
      'exchange',
      `it answered none of ${this.#lostHedges} requests before another one did`,
    )
  }

  /** It is well again, by its requests or its probes. */
  recovered(reason: string): void {
    this.#recoveredMs = this.#parts.clock.now()
    this.#tell(reason)
  }

  /** Its probes find it sick. */
  sickened(reason: string): void {
    this.#tell(reason)
  }

  get condition(): MemberCondition {
    if (this.draining) return 'draining'
    if (!this.health.isUp) return 'held-down'
    if (!this.probedWell) return 'probed-sick'
    return this.weight < (this.#settings.weight ?? 1) ? 'slow-start' : 'up'
  }

  /** @param retriesLeft of its pool's budget */
  state(retriesLeft: number): MemberState {
    const { connections } = this
    const { url, weight = 1 } = this.#settings
    return {
      pool: this.#parts.pool,
      origin: this.name,
      url,
      condition: this.condition,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      backup: this.backup,
      weight,
      effectiveWeight: this.weight,
      active: this.load - connections.queueLength,
      waiting: connections.queueLength,
      connections: connections.openCount,
      idleConnections: connections.idleCount,
      limit: connections.limit,
      goodProbes: this.#probe?.good,
      latencyMs: connections.meanLatencyMs,
      counts: { ...this.#counts },
      retriesLeft,
    }
  }

  /** It is no member any more, or the pool is closed: what is under way ends, nothing is kept. */
  retire(): void {
    this.#probe?.stop()
    this.connections.close()
  }

  /** Says once what it has become: further failures of a member that is down already are no news. */
  #tell(reason: string): void {
    const { condition } = this
    if (condition === this.#told) return
    this.#told = condition
    this.#reason = reason
    this.#sinceMs = this.#parts.clock.now()
    this.#parts.onChange(this, reason)
  }
}

function withHost(fields: readonly string[], host: string): readonly string[] {
  const changed = [...fields]
  for (let i = 0; i < changed.length; i += 2) {
    if (changed[i]!.length === 4 && changed[i]!.toLowerCase() === 'host') changed[i + 1] = host
  }
  return changed
}

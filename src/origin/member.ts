import type { Clock } from '../clock.ts'
import type { Candidate } from './choosing/candidate.ts'
import type { Eligibility } from './choosing/eligible.ts'
import type { FailureKind, Health } from './health.ts'
import type { Latencies } from './latencies.ts'
import type { MemberConnections } from './member-connections.ts'
import type { MemberCondition, MemberState } from './member-state.ts'
import type { OriginRequest, OriginResponse } from './origin-client.ts'
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

/** One origin server of a pool: its connections, what is known of its health, and how much it has to do. */
export class Member implements Candidate, Eligibility {
  readonly name: string
  readonly health: Health
  readonly connections: MemberConnections
  readonly latencies: Latencies | undefined
  /** For tunnels, which do not use these connections; undefined where there can be none. */
  readonly tunnelUrl: URL | undefined
  /** Requests it was given and has not finished. */
  load = 0
  probe: Probe | undefined
  readonly #parts: MemberParts
  #settings: OriginSettings
  #lostHedges = 0
  #recoveredMs = Number.NEGATIVE_INFINITY

  constructor(settings: OriginSettings, parts: MemberParts) {
    this.name = settings.name
    this.health = parts.health
    this.connections = parts.connections
    this.latencies = parts.latencies
    // A tunnel is opened by host and port; there is none through a unix socket.
    this.tunnelUrl = /^https?:\/\//.test(settings.url) ? new URL(settings.url) : undefined
    this.#settings = settings
    this.#parts = parts
  }

  /** Changes what does not concern its connections: weight, backup, drain. */
  configure(settings: OriginSettings): void {
    this.#settings = settings
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
    return this.#settings.drain === true
  }

  get admits(): boolean {
    return this.health.admits
  }

  get probedWell(): boolean {
    return this.probe?.isWell ?? true
  }

  /** The request as this member gets it. */
  addressed(request: OriginRequest): OriginRequest {
    const { host } = this.#settings
    return host === undefined ? request : { ...request, fields: withHost(request.fields, host) }
  }

  connected(generation: number): void {
    if (this.health.isUp) return
    this.health.connected(generation)
    if (this.health.isUp) this.recovered('a connection came about')
  }

  /** @returns whether this response held the member down */
  responded(generation: number, response: OriginResponse, request: OriginRequest): boolean {
    const { status, requestTimeMs, responseTimeMs } = response
    // How long an upload takes says nothing about the member.
    if (request.body === undefined) {
      this.connections.responded(responseTimeMs - requestTimeMs)
      this.latencies?.add(responseTimeMs - requestTimeMs)
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
    if (held && wasUp) this.#parts.onChange(this, reason)
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
    this.#parts.onChange(this, reason)
  }

  /** Its probes find it sick. */
  sickened(reason: string): void {
    this.#parts.onChange(this, reason)
  }

  get condition(): MemberCondition {
    if (this.draining) return 'draining'
    if (!this.health.isUp) return 'held-down'
    if (!this.probedWell) return 'probed-sick'
    return this.weight < (this.#settings.weight ?? 1) ? 'slow-start' : 'up'
  }

  get state(): MemberState {
    const { connections } = this
    const { url, weight = 1 } = this.#settings
    return {
      pool: this.#parts.pool,
      origin: this.name,
      url,
      condition: this.condition,
      backup: this.backup,
      weight,
      effectiveWeight: this.weight,
      load: this.load,
      connections: connections.openCount,
      idleConnections: connections.idleCount,
      waiting: connections.queueLength,
      limit: connections.limit,
      goodProbes: this.probe?.good,
    }
  }

  /** It is no member any more, or the pool is closed: what is under way ends, nothing is kept. */
  retire(): void {
    this.probe?.stop()
    this.connections.close()
  }
}

function withHost(fields: readonly string[], host: string): readonly string[] {
  const changed = [...fields]
  for (let i = 0; i < changed.length; i += 2) {
    if (changed[i]!.length === 4 && changed[i]!.toLowerCase() === 'host') changed[i + 1] = host
  }
  return changed
}

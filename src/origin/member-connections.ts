import type { ProxyError } from '../errors.ts'
import { AdaptiveLimit } from './adaptive-limit.ts'
import { Connection, type ConnectionOwner, type ConnectionSettings } from './connection.ts'
import type { Deadline } from './deadlines.ts'
import { notWorthWaiting, queuedTooLong, queueFull } from './failures.ts'
import { RECENT_MS } from './idle-time.ts'
import type { OriginRequest } from './origin-client.ts'
import type { Overload } from './overloaded-error.ts'
import type { ConcurrencyLimits } from './settings.ts'
import { type Priority, WaitingLine } from './waiting-line.ts'

/** Who waits for a connection. Exactly one of the two is called, perhaps before `acquire` returns, unless it is cancelled. */
export interface Waiter {
  readonly request: OriginRequest
  readonly wish: Wish
  /** @param reused it has carried requests before, so the origin may be closing it at this moment */
  onConnection(connection: Connection, reused: boolean): void
  onNoConnection(error: ProxyError): void
}

/**
 * Which connections will do. `recent`: idle ones only if they were used a moment ago, for a request that cannot be
 * repeated when the origin turns out to have closed the connection. `fresh`: none that waited idle.
 */
export type Wish = 'any' | 'recent' | 'fresh'

/** Weight of one response in the mean time they take. */
const LATENCY_SHARE = 0.1
const RETRY_AFTER_SECONDS_MAX = 60

/** The connections to one member: idle ones most recently used first, a bound on all, and a bounded queue for one of them. */
export class MemberConnections implements ConnectionOwner {
  readonly #settings: ConnectionSettings
  readonly #limits: ConcurrencyLimits
  readonly #adaptive: AdaptiveLimit | undefined
  /** Least recently used first. */
  readonly #idle: Connection[] = []
  readonly #connecting = new Map<Connection, Waiter>()
  readonly #queue = new WaitingLine<Waiter>()
  readonly #queueDeadline: Deadline
  #open = 0
  #closing = false
  #meanLatencyMs = 0

  constructor(settings: ConnectionSettings, limits: ConcurrencyLimits) {
    this.#settings = settings
    this.#limits = limits
    this.#adaptive = limits.adaptive && new AdaptiveLimit({ ...limits.adaptive, most: limits.connectionsMax })
    this.#queueDeadline = settings.deadlines.create(() => this.#expireQueue())
  }

  /** A request would not have to wait in the queue. */
  get hasRoom(): boolean {
    return this.#busy < this.limit
  }

  /** To a response's head; undefined before the first one. */
  get meanLatencyMs(): number | undefined {
    return this.#meanLatencyMs === 0 ? undefined : this.#meanLatencyMs
  }

  get openCount(): number {
    return this.#open
  }

  get idleCount(): number {
    return this.#idle.length
  }

  get queueLength(): number {
    return this.#queue.size
  }

  /** Requests that may be under way at a time. */
  get limit(): number {
    return this.#adaptive?.limit ?? this.#limits.connectionsMax
  }

  get #busy(): number {
    return this.#open - this.#idle.length
  }

  /** As many connections as there may be, idle ones included. */
  get #isFull(): boolean {
    return this.#open >= this.#limits.connectionsMax
  }

  acquire(waiter: Waiter): void {
    if (this.#busy < this.limit) {
      const idle = this.#takeIdle(waiter.wish)
      if (idle !== undefined) {
        waiter.onConnection(idle, true)
        return
      }
      // Those that are left are too old for this wish.
      if (this.#isFull) this.#idle[0]?.close()
      if (!this.#isFull) {
        this.#connect(waiter)
        return
      }
    }
    this.#enqueue(waiter)
  }

  /** Takes back an `acquire` that was not answered yet. */
  cancel(waiter: Waiter): void {
    if (this.#queue.delete(waiter)) return
    for (const [connection, waiting] of this.#connecting) {
      if (waiting !== waiter) continue
      this.#connecting.delete(connection)
      connection.close()
      return
    }
  }

  /** A response's head arrived. */
  responded(latencyMs: number): void {
    this.#meanLatencyMs += (latencyMs - this.#meanLatencyMs) * (this.#meanLatencyMs === 0 ? 1 : LATENCY_SHARE)
    this.#adaptive?.sample(latencyMs, this.#busy)
  }

  /** Nobody is to wait for this member any longer, nor use a connection from before. */
  giveUp(error: () => ProxyError): void {
    this.#closeIdle()
    for (const waiter of this.#queue.clear()) waiter.onNoConnection(error())
  }

  /** Closes idle connections now and the others after their exchange. Requests are served as before, each by a connection of its own. */
  close(): void {
    this.#closing = true
    this.#closeIdle()
    this.#releaseDeadline()
  }

  onConnected(connection: Connection): void {
    const waiter = this.#connecting.get(connection)
    this.#connecting.delete(connection)
    if (waiter === undefined) connection.close()
    else waiter.onConnection(connection, false)
  }

  onIdle(connection: Connection): void {
    // It is not among the idle ones yet, so it is one of those that are busy.
    const next = this.#queue.size > 0 && this.#busy <= this.limit ? this.#queue.next() : undefined
    if (next !== undefined) {
      next.onConnection(connection, true)
      return
    }
    if (this.#closing) connection.close()
    else this.#idle.push(connection)
  }

  onClosed(connection: Connection, error: ProxyError | undefined): void {
    this.#open--
    const at = this.#idle.lastIndexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
    const waiter = this.#connecting.get(connection)
    this.#connecting.delete(connection)
    if (waiter !== undefined && error !== undefined) waiter.onNoConnection(error)
    this.#serveQueue()
    if (this.#closing) this.#releaseDeadline()
  }

  #connect(waiter: Waiter): void {
    this.#open++
    this.#connecting.set(new Connection(this.#settings, this, waiter.request.clientAddress), waiter)
  }

  #enqueue(waiter: Waiter): void {
    const { origin } = this.#settings
    const { priority: priorityOf, hasCover = false } = waiter.request
    if (hasCover) {
      waiter.onNoConnection(notWorthWaiting(origin, this.#overload()))
      return
    }
    const priority = priorityOf?.() ?? 'visitor'
    if (this.#queue.size >= this.#limits.queueMax) {
      // Who is less important makes room; a queue full of visitors is full for visitors.
      const refused = this.#queue.displaced(priority) ?? waiter
      const error = queueFull(origin, this.#overload())
      if (refused !== waiter) this.#wait(waiter, priority)
      refused.onNoConnection(error)
      return
    }
    this.#wait(waiter, priority)
  }

  #wait(waiter: Waiter, priority: Priority): void {
    const dueMs = this.#settings.deadlines.clock.now() + this.#limits.queueMs
    this.#queue.add(waiter, priority, dueMs)
    if (this.#queue.size === 1) this.#queueDeadline.at(dueMs)
  }

  #overload(): Overload {
    const waiting = this.#queue.size
    const seconds = Math.ceil(((waiting + 1) * this.#meanLatencyMs) / Math.max(1, this.limit) / 1000)
    return { waiting, retryAfterSeconds: Math.max(1, Math.min(RETRY_AFTER_SECONDS_MAX, seconds)) }
  }

  #takeIdle(wish: Wish): Connection | undefined {
    const newest = this.#idle.at(-1)
    if (newest === undefined || wish === 'fresh') return undefined
    if (wish === 'recent' && this.#settings.deadlines.clock.now() - newest.idleSinceMs > RECENT_MS) return undefined
    return this.#idle.pop()
  }

  #closeIdle(): void {
    for (const connection of [...this.#idle]) connection.close()
  }

  /** Under an adaptive limit there can be idle connections while requests wait. */
  #serveQueue(): void {
    while (this.#queue.size > 0 && this.#busy < this.limit) {
      if (this.#idle.length === 0 && this.#isFull) return
      const next = this.#queue.next()
      if (next !== undefined) this.acquire(next)
    }
  }

  #expireQueue(): void {
    const { origin, deadlines } = this.#settings
    const expired = this.#queue.expired(deadlines.clock.now())
    this.#queueDeadline.at(this.#queue.earliestDueMs)
    for (const waiter of expired) {
      waiter.onNoConnection(queuedTooLong(origin, this.#limits.queueMs, this.#overload()))
    }
  }

  #releaseDeadline(): void {
    if (this.#open === 0 && this.#queue.size === 0) this.#queueDeadline.remove()
  }
}

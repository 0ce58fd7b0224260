import type { ProxyError } from '../errors.ts'
import { Connection, type ConnectionOwner, type ConnectionSettings } from './connection.ts'
import type { Deadline } from './deadlines.ts'
import { queuedTooLong, queueFull } from './failures.ts'
import type { ConcurrencyLimits } from './settings.ts'

/** Who waits for a connection. Exactly one of the two is called, perhaps before `acquire` returns, unless it is cancelled. */
export interface Waiter {
  /** @param reused it has carried requests before, so the origin may be closing it at this moment */
  onConnection(connection: Connection, reused: boolean): void
  onNoConnection(error: ProxyError): void
}

/**
 * Which connections will do. `recent`: idle ones only if they were used a moment ago, for a request that cannot be
 * repeated when the origin turns out to have closed the connection. `fresh`: none that waited idle.
 */
export type Wish = 'any' | 'recent' | 'fresh'

const RECENT_MS = 1_000

/** The connections to one member: idle ones most recently used first, a bound on all, and a bounded queue for one of them. */
export class MemberConnections implements ConnectionOwner {
  readonly #settings: ConnectionSettings
  readonly #limits: ConcurrencyLimits
  /** Least recently used first. */
  readonly #idle: Connection[] = []
  readonly #connecting = new Map<Connection, Waiter>()
  /** In order of arrival, with the moment at which the wait has been too long. */
  readonly #queue = new Map<Waiter, number>()
  readonly #queueDeadline: Deadline
  #open = 0
  #closing = false

  constructor(settings: ConnectionSettings, limits: ConcurrencyLimits) {
    this.#settings = settings
    this.#limits = limits
    this.#queueDeadline = settings.deadlines.create(() => this.#expireQueue())
  }

  /** A request would not have to wait in the queue. */
  get hasRoom(): boolean {
    return this.#idle.length > 0 || this.#open < this.#limits.connectionsMax
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

  acquire(waiter: Waiter, wish: Wish): void {
    const idle = this.#takeIdle(wish)
    if (idle !== undefined) {
      waiter.onConnection(idle, true)
      return
    }
    // Those that are left are too old for this wish.
    if (this.#open >= this.#limits.connectionsMax) this.#idle[0]?.close()
    if (this.#open < this.#limits.connectionsMax) {
      this.#connect(waiter)
      return
    }
    if (this.#queue.size >= this.#limits.queueMax) {
      waiter.onNoConnection(queueFull(this.#settings.origin, this.#queue.size))
      return
    }
    const dueMs = this.#settings.deadlines.clock.now() + this.#limits.queueMs
    this.#queue.set(waiter, dueMs)
    if (this.#queue.size === 1) this.#queueDeadline.at(dueMs)
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

  /** Nobody is to wait for this member any longer, nor use a connection from before. */
  giveUp(error: () => ProxyError): void {
    this.#closeIdle()
    const waiters = [...this.#queue.keys()]
    this.#queue.clear()
    for (const waiter of waiters) waiter.onNoConnection(error())
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
    const next = this.#nextInQueue()
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
    this.#connecting.set(new Connection(this.#settings, this), waiter)
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

  #serveQueue(): void {
    while (this.#open < this.#limits.connectionsMax) {
      const next = this.#nextInQueue()
      if (next === undefined) return
      this.#connect(next)
    }
  }

  #nextInQueue(): Waiter | undefined {
    const [next] = this.#queue.keys()
    if (next !== undefined) this.#queue.delete(next)
    return next
  }

  #expireQueue(): void {
    const nowMs = this.#settings.deadlines.clock.now()
    for (const [waiter, dueMs] of this.#queue) {
      if (dueMs > nowMs) {
        this.#queueDeadline.at(dueMs)
        return
      }
      this.#queue.delete(waiter)
      waiter.onNoConnection(queuedTooLong(this.#settings.origin, this.#limits.queueMs))
    }
  }

  #releaseDeadline(): void {
    if (this.#open === 0 && this.#queue.size === 0) this.#queueDeadline.remove()
  }
}

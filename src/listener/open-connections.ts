import type { Socket } from 'node:net'
import type { Scheme } from '../request/authority.ts'
import { plainAddress } from '../request/trusted-peers.ts'
import { Connection } from './connection.ts'
import type { LaneContext } from './lane-context.ts'

/** How often time limits are looked at: each is exact to this. */
const SWEEP_MS = 1000

/** A connection that has not said anything yet, at the start of a drain: its first request may be under way. */
const FIRST_REQUEST_MS = 500

const IGNORED = (): void => {}

/** All client connections: how many there may be, how long each may be silent, and their end. */
export class OpenConnections {
  readonly #context: LaneContext
  readonly #onLateHead: (connection: Connection) => void
  readonly #open = new Set<Connection>()
  readonly #perAddress = new Map<string, number>()
  readonly #sweeper: NodeJS.Timeout
  #onEmpty: () => void = () => {}

  constructor(context: LaneContext, onLateHead: (connection: Connection) => void) {
    this.#context = context
    this.#onLateHead = onLateHead
    const { headMs, idleMs } = context.settings.times
    this.#sweeper = setInterval(() => this.#sweep(), Math.max(10, Math.min(SWEEP_MS, headMs / 4, idleMs / 4)))
    this.#sweeper.unref()
  }

  get size(): number {
    return this.#open.size
  }

  /** @returns undefined when there are too many already: then the socket is closed */
  accept(socket: Socket, scheme: Scheme): Connection | undefined {
    // node:http takes its own listener away from a connection that it upgrades, and a reset must not end the process.
    socket.on('error', IGNORED)
    const address = plainAddress(socket.remoteAddress ?? '')
    const refused = this.#isFull(address)
    if (refused !== undefined) this.#context.hooks.onConnectionRefused(refused)
    if (refused !== undefined || address === '') {
      socket.destroy()
      return undefined
    }
    const { clock, settings } = this.#context
    const { lingerMs } = settings.times
    const connection = new Connection(socket, { scheme, peerAddress: address, acceptedMs: clock.now(), lingerMs })
    this.#open.add(connection)
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1)
    socket.on('close', () => this.#forget(connection, address))
    return connection
  }

  /**
   * Ends all connections: idle ones now, the others when their exchange has ended, all after `graceMs`.
   *
   * @returns a promise that resolves when none is left
   */
  async drain(graceMs: number): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
    for (const connection of this.#open) if (connection.isIdle && connection.served > 0) connection.socket.destroy()
    const fresh = setTimeout(() => this.#destroyIdle(), Math.min(graceMs, FIRST_REQUEST_MS))
    const last = setTimeout(() => {
      for (const connection of this.#open) connection.socket.destroy()
    }, graceMs)
    if (this.#open.size > 0) await empty
    clearTimeout(fresh)
    clearTimeout(last)
    clearInterval(this.#sweeper)
  }

  #isFull(address: string): 'connections' | 'connections-per-address' | undefined {
    const { connectionsMax, connectionsPerAddressMax } = this.#context.settings.limits
    if (this.#open.size >= connectionsMax) return 'connections'
    return (this.#perAddress.get(address) ?? 0) >= connectionsPerAddressMax ? 'connections-per-address' : undefined
  }

  #forget(connection: Connection, address: string): void {
    this.#open.delete(connection)
    const left = (this.#perAddress.get(address) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(address)
    else this.#perAddress.set(address, left)
    if (this.#open.size === 0) this.#onEmpty()
  }

  #sweep(): void {
    const nowMs = this.#context.clock.now()
    const { times } = this.#context.settings
    for (const connection of this.#open) {
      const overdue = connection.overdue(nowMs, times)
      if (overdue === undefined) continue
      if (overdue === 'head' && connection.hasUnfinishedHead) this.#onLateHead(connection)
      else connection.socket.destroy()
    }
  }

  #destroyIdle(): void {
    for (const connection of this.#open) if (connection.isIdle) connection.socket.destroy()
  }
}

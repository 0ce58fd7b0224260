import type { LookupFunction } from 'node:net'
import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import { parseAddress } from './address.ts'
import { type Choose, roundRobin } from './choose.ts'
import { Deadlines } from './deadlines.ts'
import { Exchange, type Routes } from './exchange.ts'
import { sick } from './failures.ts'
import { Health } from './health.ts'
import type { Member } from './member.ts'
import { MemberConnections } from './member-connections.ts'
import type { OriginHandler, OriginPool, OriginRequest } from './origin-client.ts'
import type { OriginSettings, PoolSettings } from './settings.ts'

/** What a pool takes from its surroundings. */
export interface PoolEnvironment {
  readonly clock: Clock
  /** From 0 (inclusive) to 1; `Math.random` when absent. */
  readonly random?: () => number
  /** Name resolution; the system's when absent. */
  readonly lookup?: LookupFunction
  /** Hears of what a handler or sink threw: a defect, contained to one request. A warning of the process when absent. */
  readonly onFault?: (error: unknown) => void
}

/**
 * The members of a site's origin, asked over HTTP/1.1 connections that are kept. A member that cannot be reached, or whose
 * name does not resolve, is held down; the pool is usable all the same.
 *
 * @throws Error when there is no member, or the url of one cannot be used
 */
export function originPool(settings: PoolSettings, environment: PoolEnvironment): OriginPool {
  if (settings.members.length === 0) throw new Error('Cannot make an origin pool: it has no members')
  return new Pool(settings, environment)
}

class Pool implements OriginPool, Routes {
  readonly deadlines: Deadlines
  readonly retriesMax: number
  readonly wholeMs: number | undefined
  readonly onFault: (error: unknown) => void
  readonly #members: readonly Member[]
  readonly #choose: Choose = roundRobin()

  constructor(settings: PoolSettings, environment: PoolEnvironment) {
    this.deadlines = new Deadlines(environment.clock)
    this.retriesMax = settings.retriesMax
    this.wholeMs = settings.timeLimits.wholeMs
    this.onFault = environment.onFault ?? warn
    this.#members = settings.members.map((member, index) => this.#member(member, index, settings, environment))
  }

  get sick(): boolean {
    return !this.#members.some((member) => member.health.admits) && this.#lastResort([]) === undefined
  }

  send(request: OriginRequest, handler: OriginHandler): (reason: ProxyError) => void {
    const exchange = new Exchange(request, handler, this)
    exchange.start()
    return (reason) => exchange.abandon(reason)
  }

  tunnelTarget(): URL | undefined {
    const reachable = this.#members.filter((member) => member.health.admits && member.tunnelUrl !== undefined)
    return reachable.length === 0 ? undefined : this.#choose(reachable).tunnelUrl
  }

  close(): void {
    for (const member of this.#members) member.connections.close()
  }

  next(_request: OriginRequest, tried: readonly Member[]): Member | ProxyError {
    // The usual pool has one member and nothing to choose.
    if (this.#members.length === 1 && tried.length === 0 && this.#members[0]!.health.admits) return this.#members[0]!
    const admitting = this.#members.filter((member) => member.health.admits && !tried.includes(member))
    const withRoom = admitting.filter((member) => member.connections.hasRoom)
    if (withRoom.length > 0) return this.#choose(withRoom)
    if (admitting.length > 0) return this.#choose(admitting)
    return this.#lastResort(tried) ?? sick(this.#members.map((member) => `"${member.name}"`).join(', '))
  }

  heldDown(member: Member): void {
    member.connections.giveUp(() => sick(`"${member.name}"`))
  }

  /** Of members that are all held down the one that has been left in peace longest, if that was long enough. */
  #lastResort(tried: readonly Member[]): Member | undefined {
    if (this.#members.some((member) => member.health.isUp)) return undefined
    let best: Member | undefined
    for (const member of this.#members) {
      if (tried.includes(member)) continue
      if (best === undefined || member.health.lastResortAtMs < best.health.lastResortAtMs) best = member
    }
    return best !== undefined && best.health.lastResortAtMs <= this.deadlines.clock.now() ? best : undefined
  }

  #member(member: OriginSettings, index: number, settings: PoolSettings, environment: PoolEnvironment): Member {
    const { clock, random = Math.random, lookup } = environment
    const connectionSettings = {
      origin: member.name,
      address: parseAddress(member),
      limits: settings.timeLimits,
      headLimits: { ...settings.responseHead, targetBytesMax: 0 },
      deadlines: this.deadlines,
      lookup,
      onFault: this.onFault,
    }
    return {
      name: member.name,
      index,
      // A tunnel is opened by host and port; there is none through a unix socket.
      tunnelUrl: /^https?:\/\//.test(member.url) ? new URL(member.url) : undefined,
      health: new Health(settings.health, clock, random),
      connections: new MemberConnections(connectionSettings, settings.concurrency),
    }
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'OriginHandlerFault')
}

import type { ProxyRequest } from '../request/proxy-request.ts'
import type { InvalidationTest } from '../tiers/invalidation.ts'
import { Flight, type FlightOptions } from './flight.ts'
import type { FlightOutcome } from './verdict.ts'

/** What may end in a stored response, and must not when that is invalidated meanwhile. */
export interface Doomable {
  /** By its key alone the invalidation may concern it. Who cannot look closer takes it that it does. */
  doom(invalidation: InvalidationTest): void
}

interface Underway {
  readonly work: Doomable
  readonly cacheKey: string
}

/** The keys of a flight: who may join it, and what it would be stored under. */
export interface FlightKeys {
  readonly flightKey: string
  readonly cacheKey: string
}

type Options = Omit<FlightOptions, 'onLanded'>

/** The upstream requests under way on behalf of the cache. */
export class Flights {
  readonly #joinable = new Map<string, Flight>()
  readonly #underway = new Set<Underway>()

  get count(): number {
    return this.#underway.size
  }

  /** Joins the flight for `flightKey`, or undefined where there is none that this request can join. */
  join(flightKey: string, request: ProxyRequest): Promise<FlightOutcome> | undefined {
    return this.#joinable.get(flightKey)?.join(request)
  }

  has(flightKey: string): boolean {
    return this.#joinable.has(flightKey)
  }

  /** Starts a flight that others may join. */
  lead(keys: FlightKeys, leader: ProxyRequest, options: Options): Promise<FlightOutcome> {
    const flight = this.#launch(keys, options)
    this.#joinable.set(keys.flightKey, flight)
    return flight.start(leader)
  }

  /** The same for a refresh in the background, which no client waits for. */
  refresh(keys: FlightKeys, options: Options): void {
    const flight = this.#launch(keys, options)
    this.#joinable.set(keys.flightKey, flight)
    flight.startForNobody()
  }

  /** A flight for one request alone: its key is known to give nothing that could be shared. */
  alone(keys: FlightKeys, leader: ProxyRequest, options: Options): Promise<FlightOutcome> {
    return this.#launch(keys, options).start(leader)
  }

  /** Watches over other work that may store something under this key; returns what ends the watch. */
  watch(cacheKey: string, work: Doomable): () => void {
    const underway = { work, cacheKey }
    this.#underway.add(underway)
    return () => this.#underway.delete(underway)
  }

  /** What is under way and concerned is not stored any more, and not joined. */
  doom(invalidation: InvalidationTest): void {
    for (const { work, cacheKey } of this.#underway) {
      if (invalidation.mayConcern(cacheKey)) work.doom(invalidation)
    }
  }

  #launch({ flightKey, cacheKey }: FlightKeys, options: Options): Flight {
    const onLanded = (): void => {
      unwatch()
      if (this.#joinable.get(flightKey) === flight) this.#joinable.delete(flightKey)
    }
    const flight = new Flight({ ...options, onLanded })
    const unwatch = this.watch(cacheKey, flight)
    return flight
  }
}

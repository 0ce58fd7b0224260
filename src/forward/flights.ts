import type { ProxyRequest } from '../request/proxy-request.ts'
import { TextTable } from '../tables/text-table.ts'
import type { InvalidationTest } from '../tiers/invalidation.ts'
import { Flight } from './flight.ts'
import type { FlightPurpose } from './flight-purpose.ts'
import { Places } from './places.ts'
import type { FlightOutcome } from './verdict.ts'

/** What may end in a stored response, and must not when that is invalidated meanwhile. */
export interface Doomable {
  /** By its key alone the invalidation may concern it. Who cannot look closer takes it that it does. */
  doom(invalidation: InvalidationTest): void
}

export interface Underway extends Doomable {
  /** What it would be stored under. */
  readonly cacheKey: string
}

/** The keys of a flight: who may join it, and what it would be stored under. */
export interface FlightKeys {
  readonly flightKey: string
  readonly cacheKey: string
}

/** The upstream requests under way on behalf of the cache. */
export class Flights {
  readonly #flights = new Places<Flight>()
  readonly #underway = new Places<Underway>()
  /** Where in `#flights` that of a flight key is. */
  readonly #joinable = new TextTable<number>()

  get count(): number {
    return this.#underway.count
  }

  /** Joins the flight for `flightKey`, or undefined where there is none that this request can join. */
  join(flightKey: string, request: ProxyRequest): Promise<FlightOutcome> | undefined {
    const place = this.#joinable.get(flightKey)
    return place === undefined ? undefined : this.#flights.at(place)?.join(request)
  }

  has(flightKey: string): boolean {
    return this.#joinable.has(flightKey)
  }

  /** Starts a flight that others may join. */
  lead(keys: FlightKeys, leader: ProxyRequest, purpose: FlightPurpose): Promise<FlightOutcome> {
    return this.#launchJoinable(keys, purpose).start(leader)
  }

  /** The same, without a promise: see `Flight.startFor`. */
  leadAtOnce(
    keys: FlightKeys,
    leader: ProxyRequest,
    purpose: FlightPurpose,
    settle: (outcome: FlightOutcome) => void,
  ): void {
    this.#launchJoinable(keys, purpose).startFor(leader, settle)
  }

  /** The same for a refresh in the background, which no client waits for. */
  refresh(keys: FlightKeys, purpose: FlightPurpose): void {
    this.#launchJoinable(keys, purpose).startForNobody()
  }

  /** A flight for one request alone: its key is known to give nothing that could be shared. */
  alone(keys: FlightKeys, leader: ProxyRequest, purpose: FlightPurpose): Promise<FlightOutcome> {
    return this.#launch(keys.cacheKey, purpose).start(leader)
  }

  /** The same for a request that was sent without a flight: see `Flight.resume`. */
  resume(
    cacheKey: string,
    leader: ProxyRequest,
    purpose: FlightPurpose,
    invalidations: readonly InvalidationTest[],
    arrive: (flight: Flight) => void,
  ): Promise<FlightOutcome> {
    return this.#launch(cacheKey, purpose).resume(leader, invalidations, arrive)
  }

  /** Watches over other work that may store something under this key; returns what ends the watch. */
  watch(cacheKey: string, work: Doomable): () => void {
    const place = this.watchOver({ cacheKey, doom: (invalidation) => work.doom(invalidation) })
    let isOver = false
    return () => {
      if (!isOver) this.endWatch(place)
      isOver = true
    }
  }

  /** The same of what knows its key. @returns the place to end the watch by, once */
  watchOver(work: Underway): number {
    return this.#underway.add(work)
  }

  endWatch(place: number): void {
    this.#underway.remove(place)
  }

  /** What is under way and concerned is not stored any more, and not joined. */
  doom(invalidation: InvalidationTest): void {
    for (const work of this.#underway) {
      if (invalidation.mayConcern(work.cacheKey)) work.doom(invalidation)
    }
  }

  #launchJoinable({ flightKey, cacheKey }: FlightKeys, purpose: FlightPurpose): Flight {
    const flight = this.#launch(cacheKey, purpose, () => {
      if (this.#joinable.get(flightKey) === place) this.#joinable.delete(flightKey)
      this.#flights.remove(place)
    })
    const place = this.#flights.add(flight)
    this.#joinable.set(flightKey, place)
    return flight
  }

  #launch(cacheKey: string, purpose: FlightPurpose, onLanded?: () => void): Flight {
    const flight = new Flight(cacheKey, purpose, () => {
      this.#underway.remove(place)
      onLanded?.()
    })
    const place = this.#underway.add(flight)
    return flight
  }
}

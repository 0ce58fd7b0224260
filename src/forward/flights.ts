import type { ProxyRequest } from '../request/proxy-request.ts'
import { Flight, type FlightOptions, type FlightOutcome } from './flight.ts'

interface Underway {
  readonly flight: Flight
  readonly cacheKey: string
}

/** The keys of a flight: who may join it, and what it would be stored under. */
export interface FlightKeys {
  readonly flightKey: string
  readonly cacheKey: string
}

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

  /**
   * Starts a flight that others may join.
   *
   * @param leader undefined for a refresh in the background
   */
  lead(
    keys: FlightKeys,
    leader: ProxyRequest | undefined,
    options: Omit<FlightOptions, 'onLanded'>,
  ): Promise<FlightOutcome> {
    const underway = this.#track(keys, options)
    this.#joinable.set(keys.flightKey, underway.flight)
    return underway.flight.start(leader)
  }

  /** A flight for one request alone: its key is known to give nothing that could be shared. */
  alone(keys: FlightKeys, leader: ProxyRequest, options: Omit<FlightOptions, 'onLanded'>): Promise<FlightOutcome> {
    return this.#track(keys, options).flight.start(leader)
  }

  /** What is under way for this cache key is not stored any more, and not joined. */
  doom(cacheKey: string): void {
    for (const underway of this.#underway) {
      if (underway.cacheKey === cacheKey) underway.flight.doom()
    }
  }

  #track(keys: FlightKeys, options: Omit<FlightOptions, 'onLanded'>): Underway {
    const onLanded = (): void => {
      this.#underway.delete(underway)
      if (this.#joinable.get(keys.flightKey) === underway.flight) this.#joinable.delete(keys.flightKey)
    }
    const underway: Underway = { flight: new Flight({ ...options, onLanded }), cacheKey: keys.cacheKey }
    this.#underway.add(underway)
    return underway
  }
}

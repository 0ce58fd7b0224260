import type { RawFields } from '../http/fields.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Invalidation } from './invalidation.ts'
import type { Published } from './invalidation-log.ts'
import type { Tier } from './tier.ts'

/** The log of invalidations, where the boxes have one in common. */
export interface SharedLog {
  publish(invalidation: Invalidation): Promise<Published>
  close(): Promise<void>
}

export interface RemoteFind {
  readonly stored: StoredResponse
  /** Name of the tier that had it. */
  readonly tier: string
}

/** The tiers behind memory, in the order in which they are asked. Nothing here throws, rejects or waits past a deadline. */
export class RemoteTiers {
  readonly #tiers: readonly Tier[]
  readonly #log: SharedLog | undefined

  constructor(tiers: readonly Tier[], log: SharedLog | undefined) {
    this.#tiers = tiers
    this.#log = log
  }

  /** The tier that says whose turn it is to fetch: the last, as the one that most boxes are sure to share. */
  get turns(): Tier | undefined {
    return this.#tiers.at(-1)
  }

  /**
   * Asks one tier after the other. What is found is not put into those before it: its times are those of another box's clock,
   * and a record must say how far its own box had followed the log of invalidations.
   */
  async find(key: string, requestFields: RawFields): Promise<RemoteFind | undefined> {
    for (const tier of this.#tiers) {
      const stored = await tier.find(key, requestFields)
      if (stored !== undefined) return { stored, tier: tier.name }
    }
    return undefined
  }

  /** Stores it in all of them, behind the response. */
  put(key: string, stored: StoredResponse, ttlSeconds: number): void {
    for (const tier of this.#tiers) tier.put(key, stored, ttlSeconds)
  }

  /** Resolves when the other boxes know that these keys are not to be used, or when it is known that they cannot be told now. */
  async invalidate(keys: readonly string[]): Promise<void> {
    for (const tier of this.#tiers) for (const key of keys) tier.remove(key)
    const published = keys.map((value) => this.#log?.publish({ scope: 'key', value, soft: false }))
    // Tiers without a log are told by the removal alone, so that is waited for.
    const removed = this.#log === undefined ? this.#tiers.map((tier) => tier.settled()) : []
    await Promise.all([...published, ...removed])
  }

  /** Waits for what is being stored, then closes. */
  async close(): Promise<void> {
    await Promise.all(this.#tiers.map((tier) => tier.settled()))
    await Promise.all([...this.#tiers.map((tier) => tier.close()), this.#log?.close()])
  }
}

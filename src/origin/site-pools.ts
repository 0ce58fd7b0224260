import { authorityOf } from './choosing/request-key.ts'
import type { MemberControl, MemberState } from './member-state.ts'
import type { ManagedPool, OriginHandler, OriginPool, OriginRequest, SentRequest } from './origin-client.ts'
import { originPool } from './pool.ts'
import type { PoolEnvironment } from './pool-environment.ts'
import type { PoolSettings } from './settings.ts'

/** A site with a pool of its own. */
export interface SiteSettings {
  /** @param authority host in lower case, with a port that is not the scheme's own */
  serves(authority: string): boolean
  /** Sites with pools of one name share it. */
  readonly pool: PoolSettings
}

export interface SitePoolsSettings {
  /** The first one that serves a request's host gets it. */
  readonly sites: readonly SiteSettings[]
  /** For hosts that no site serves. */
  readonly others: PoolSettings
}

interface Site {
  readonly serves: (authority: string) => boolean
  readonly pool: ManagedPool
}

/** Hosts of which the site is remembered. More would come from somebody who makes them up. */
const REMEMBERED_MAX = 1_000

/** Several sites, each with a pool of its own; or none, and one pool for everything. */
export class SitePools implements OriginPool {
  readonly #environment: PoolEnvironment
  /** By name. */
  #pools: ReadonlyMap<string, ManagedPool> = new Map()
  #sites: readonly Site[] = []
  #others: ManagedPool
  readonly #remembered = new Map<string, ManagedPool>()

  /** @throws Error when the settings of a pool cannot be used */
  constructor(settings: SitePoolsSettings, environment: PoolEnvironment) {
    this.#environment = environment
    this.#others = this.#build(settings)
  }

  /**
   * Takes over new settings. Pools that stay keep their members as far as these are the same; requests of those that go end as usual.
   *
   * @throws Error when the settings of a pool cannot be used; some pools may then have their new settings already
   */
  update(settings: SitePoolsSettings): void {
    this.#others = this.#build(settings)
  }

  send(request: OriginRequest, handler: OriginHandler): SentRequest {
    const pool = this.#sites.length === 0 ? this.#others : this.#poolOf(authorityOf(request))
    return pool.send(request, handler)
  }

  /** No pool has a member that may be asked. */
  get sick(): boolean {
    return [...this.#pools.values()].every(({ sick }) => sick)
  }

  states(): readonly MemberState[] {
    return [...this.#pools.values()].flatMap((pool) => pool.states())
  }

  /**
   * Takes a member out, or in again, while it runs. Undefined when there is none of this name.
   *
   * @param pool where several pools have one of this name; the first that has when absent
   */
  member(name: string, pool?: string): MemberControl | undefined {
    const asked = pool === undefined ? [...this.#pools.values()] : [this.#pools.get(pool)]
    for (const one of asked) {
      const found = one?.member(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close()
  }

  #poolOf(authority: string): ManagedPool {
    const known = this.#remembered.get(authority)
    if (known !== undefined) return known
    const pool = this.#sites.find((site) => site.serves(authority))?.pool ?? this.#others
    if (this.#remembered.size < REMEMBERED_MAX) this.#remembered.set(authority, pool)
    return pool
  }

  /** @returns the pool for the other hosts */
  #build({ sites, others }: SitePoolsSettings): ManagedPool {
    const pools = new Map<string, ManagedPool>()
    const made: ManagedPool[] = []
    const poolFor = (settings: PoolSettings): ManagedPool => {
      const name = settings.name ?? ''
      const ready = pools.get(name)
      if (ready !== undefined) return ready
      const kept = this.#pools.get(name)
      kept?.update(settings)
      const pool = kept ?? originPool(settings, this.#environment)
      if (kept === undefined) made.push(pool)
      pools.set(name, pool)
      return pool
    }
    try {
      const built = sites.map(({ serves, pool }) => ({ serves, pool: poolFor(pool) }))
      const rest = poolFor(others)
      for (const [name, pool] of this.#pools) if (!pools.has(name)) pool.close()
      this.#pools = pools
      this.#sites = built
      this.#remembered.clear()
      return rest
    } catch (error) {
      for (const pool of made) pool.close()
      throw error
    }
  }
}

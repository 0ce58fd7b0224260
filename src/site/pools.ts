import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { OriginOrder } from '../control/calls.ts'
import type { EventLog } from '../log/event-log.ts'
import { configuredPool } from '../origin/configured-pool.ts'
import { NameCache } from '../origin/names/name-cache.ts'
import { systemResolver } from '../origin/names/system-resolver.ts'
import { SitePools, type SitePoolsSettings } from '../origin/site-pools.ts'
import { compileHosts } from '../policy/hosts.ts'

/** The pools of all sites; what happens to their members is logged. */
export function createPools(config: Config, clock: Clock, log: EventLog): SitePools {
  return new SitePools(sitePools(config), {
    clock,
    names: new NameCache(systemResolver(), clock),
    onState: ({ condition, ...member }) => {
      const isBad = condition === 'held-down' || condition === 'probed-sick'
      log[isBad ? 'warn' : 'info'](member, `an origin is ${condition} now`)
    },
    onUnresolved: (error) => log.warn({ error }, 'the name of an origin was not resolved, what is known of it is kept'),
    onFault: (error) => log.error({ error }, 'a response could not be handled'),
  })
}

/** @returns whether there is such an origin */
export function orderOrigin(pools: SitePools, { origin, pool, order }: OriginOrder): boolean {
  const member = pools.member(origin, pool)
  member?.[order]()
  return member !== undefined
}

/** @throws Error when the origins cannot be used */
export function sitePools(config: Config): SitePoolsSettings {
  const { timeLimits, limits, origins, originRules } = config
  const pools = config.pools.map((pool) => ({
    pool,
    settings: configuredPool({ name: pool.name, origins: pool.origins, rules: pool, timeLimits, limits }),
  }))
  // Without origins at the top level the first pool is for all other hosts too, and has its connections once.
  const shared = pools.find(({ pool }) => pool.origins === origins)
  return {
    sites: pools.map(({ pool, settings }) => ({ serves: compileHosts(pool.hosts) ?? (() => false), pool: settings })),
    others: shared?.settings ?? configuredPool({ name: 'origins', origins, rules: originRules, timeLimits, limits }),
  }
}

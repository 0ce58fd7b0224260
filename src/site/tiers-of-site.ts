import type { Clock } from '../clock.ts'
import type { TiersConfig } from '../config/config.ts'
import { compileInvalidation } from '../invalidate/compile.ts'
import type { EventLog } from '../log/event-log.ts'
import { plainKeysOf, uriOfKey } from '../policy/cache-key.ts'
import type { InvalidateHere } from '../proxy/invalidate-here.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { LocalInvalidations } from '../tiers/local-invalidations.ts'
import { openInvalidationLog, openMemcachedTier, openRedisTier } from '../tiers/open-tier.ts'
import { RemoteTiers } from '../tiers/remote-tiers.ts'
import { noInvalidations, type StateChange } from '../tiers/tier.ts'

export interface TierSurroundings {
  readonly clock: Clock
  readonly log: EventLog
  /** Whose memory follows what other boxes invalidate. */
  readonly invalidateHere: InvalidateHere
  /** undefined: there is a log. */
  readonly local: LocalInvalidations | undefined
}

/** Opens the tiers behind memory; undefined when none is configured. Servers that cannot be reached are tried again and again. */
export function openTiers(
  config: TiersConfig,
  { clock, log, invalidateHere, local }: TierSurroundings,
): RemoteTiers | undefined {
  const { redis, memcached, prefix, secret, deadlineMs, objectBytesMax, whenDown, first } = config
  if (redis === undefined && memcached.length === 0) return undefined
  const shared = { prefix, secret, deadlineMs, objectBytesMax }
  const onState = ({ tier, server, state, why }: StateChange): void => {
    log[state === 'up' ? 'info' : 'warn']({ tier, server, why }, `a tier is ${state} now`)
  }
  const invalidations =
    redis === undefined
      ? undefined
      : openInvalidationLog(
          { url: redis, prefix },
          {
            clock,
            compile,
            uriOf,
            onInvalidation: (invalidation, own) => {
              if (!own) void invalidateHere.invalidate([invalidation])
            },
            onGap: () => invalidateHere.expireAll(),
            onState: ({ state, why }) =>
              log[state === 'following' ? 'info' : 'warn']({ why }, `the invalidations of other boxes: ${state}`),
          },
        )
  const parts = { clock, onState, invalidations: invalidations ?? local ?? noInvalidations }
  const tiers = [
    ...(memcached.length === 0 ? [] : [openMemcachedTier({ servers: memcached, whenDown, ...shared }, parts)]),
    ...(redis === undefined ? [] : [openRedisTier({ url: redis, ...shared }, parts)]),
  ]
  if (first === 'redis') tiers.reverse()
  return new RemoteTiers({ tiers, clock, log: invalidations, keysOf: plainKeysOf, deadlineMs })
}

/** Without Redis nobody can be told, but what this process says it still has to remember. */
export function openLocalInvalidations(
  { redis, memcached }: TiersConfig,
  clock: Clock,
): LocalInvalidations | undefined {
  return redis === undefined && memcached.length > 0 ? new LocalInvalidations(clock, compile, uriOf) : undefined
}

function compile(invalidation: Invalidation) {
  return compileInvalidation(invalidation, uriOfKey)?.concerns
}

function uriOf(key: string): string | undefined {
  const uri = uriOfKey(key)
  return uri && uri.authority + uri.target
}

import type { Clock } from '../clock.ts'
import type { TiersConfig } from '../config/config.ts'
import { compileInvalidation } from '../invalidate/compile.ts'
import type { EventLog } from '../log/event-log.ts'
import { plainKeysOf, uriOfKey } from '../policy/cache-key.ts'
import type { InvalidateHere } from '../proxy/invalidate-here.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import type { InvalidationLogParts } from '../tiers/invalidation-log/invalidation-log.ts'
import { openInvalidationLog, openMemcachedLog, openMemcachedTier, openRedisTier } from '../tiers/open-tier.ts'
import { RemoteTiers } from '../tiers/remote-tiers.ts'
import type { StateChange } from '../tiers/tier.ts'

export interface TierSurroundings {
  readonly clock: Clock
  readonly log: EventLog
  /** Whose memory follows what other boxes invalidate. */
  readonly invalidateHere: InvalidateHere
}

/** Opens the tiers behind memory; undefined when none is configured. Servers that cannot be reached are tried again and again. */
export function openTiers(
  config: TiersConfig,
  { clock, log, invalidateHere }: TierSurroundings,
): RemoteTiers | undefined {
  const { redis, memcached, prefix, secret, deadlineMs, objectBytesMax, whenDown, first } = config
  if (redis === undefined && memcached.length === 0) return undefined
  const shared = { prefix, secret, deadlineMs, objectBytesMax }
  const onState = ({ tier, server, state, why }: StateChange): void => {
    log[state === 'up' ? 'info' : 'warn']({ tier, server, why }, `a tier is ${state} now`)
  }
  const logParts: InvalidationLogParts = {
    clock,
    compile,
    uriOf,
    onInvalidation: (invalidation, own) => (own ? undefined : invalidateHere.invalidate([invalidation])),
    onGap: () => invalidateHere.expireAll(),
    onState: ({ state, why }) =>
      log[state === 'following' ? 'info' : 'warn']({ why }, `the invalidations of other boxes: ${state}`),
  }
  const invalidations =
    redis === undefined
      ? openMemcachedLog({ servers: memcached, ...shared }, logParts)
      : openInvalidationLog({ url: redis, prefix }, logParts)
  const parts = { clock, onState, invalidations }
  const tiers = [
    ...(memcached.length === 0 ? [] : [openMemcachedTier({ servers: memcached, whenDown, ...shared }, parts)]),
    ...(redis === undefined ? [] : [openRedisTier({ url: redis, ...shared }, parts)]),
  ]
  if (first === 'redis') tiers.reverse()
  return new RemoteTiers({ tiers, clock, log: invalidations, keysOf: plainKeysOf, deadlineMs })
}

function compile(invalidation: Invalidation) {
  return compileInvalidation(invalidation, uriOfKey)?.concerns
}

function uriOf(key: string): string | undefined {
  const uri = uriOfKey(key)
  return uri && uri.authority + uri.target
}

import type { Clock } from '../clock.ts'
import type { TiersConfig } from '../config/config.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Core } from '../proxy/core.ts'
import { invalidate } from '../proxy/invalidate-after.ts'
import { expired } from '../rfc9111/stale.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { openInvalidationLog, openMemcachedTier, openRedisTier } from '../tiers/open-tier.ts'
import { RemoteTiers } from '../tiers/remote-tiers.ts'
import type { StateChange } from '../tiers/tier.ts'

export interface TierSurroundings {
  readonly clock: Clock
  readonly log: EventLog
  /** Whose memory follows what other boxes invalidate. */
  readonly core: Pick<Core, 'flights' | 'memory'>
}

/** Opens the tiers behind memory; undefined when none is configured. Servers that cannot be reached are tried again and again. */
export function openTiers(config: TiersConfig, { clock, log, core }: TierSurroundings): RemoteTiers | undefined {
  const { redis, memcached, prefix, secret, deadlineMs, objectBytesMax, whenDown } = config
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
            // Only keys are published as yet; what another version means by the rest is not known, so it concerns everything.
            compile: () => undefined,
            onInvalidation: (invalidation, own) => {
              if (!own) obey(core, invalidation)
            },
            onGap: () => core.memory.updateAll((stored) => expired(stored, clock.now())),
            onState: ({ state, why }) =>
              log[state === 'following' ? 'info' : 'warn']({ why }, `the invalidations of other boxes: ${state}`),
          },
        )
  const parts = { clock, onState, ...(invalidations !== undefined && { invalidations }) }
  return new RemoteTiers({
    tiers: [
      ...(memcached.length === 0 ? [] : [openMemcachedTier({ servers: memcached, whenDown, ...shared }, parts)]),
      ...(redis === undefined ? [] : [openRedisTier({ url: redis, ...shared }, parts)]),
    ],
    clock,
    log: invalidations,
    deadlineMs,
  })
}

/** Another box said that this is not to be used any more. */
function obey(core: TierSurroundings['core'], { scope, value }: Invalidation): void {
  if (scope === 'key') invalidate(core, [value])
  else core.memory.updateAll((stored) => ({ ...stored, invalidated: true }))
}

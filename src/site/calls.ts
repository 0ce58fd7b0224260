import type { LogLevel } from '../config/config.ts'
import { asProxyRequest } from '../control/asked-request.ts'
import type { CallHandlers } from '../control/calls.ts'
import type { Listeners } from '../listener/start-listeners.ts'
import type { ThreadSnapshot } from '../metrics/thread-snapshot.ts'
import { urlOfKey } from '../policy/cache-key.ts'
import { purge } from '../proxy/answer-purge.ts'
import type { Core } from '../proxy/core.ts'
import { explain, viewOf } from '../proxy/explain.ts'
import type { Lasting } from './generation.ts'
import type { MemorySnapshot } from './memory-snapshot.ts'
import { orderOrigin } from './pools.ts'
import { searchStored, storedVariants } from './stored-pages.ts'

/** The parts of a thread that know the answers. */
export interface CallParts {
  /** Of the configuration in force. */
  readonly core: () => Core
  readonly lasting: Lasting
  readonly listeners: Listeners
  readonly snapshot: MemorySnapshot
}

/** What one thread answers when it is asked (docs/decisions/control.md). */
export function siteCalls(parts: CallParts): Omit<CallHandlers, 'prepareReload' | 'finishReload'> {
  const { lasting, listeners } = parts
  const { clock, traffic, log, memory, pools } = lasting
  return {
    descriptors: () => listeners.descriptors,
    async leaveSnapshot(what) {
      await (what === 'write' ? parts.snapshot.leave() : parts.snapshot.discard())
      return undefined
    },
    async invalidate(invalidations) {
      await lasting.invalidateHere.invalidate(invalidations)
      return undefined
    },
    counts: () => ({
      connections: listeners.connections,
      handedOver: listeners.handedOver,
      memory: memory.counts(),
    }),
    snapshot: () => snapshot(parts),
    seconds: ({ count }) => traffic.seconds(count),
    hosts: () => traffic.hosts(),
    explain(asked) {
      const explanation = explain(parts.core(), asProxyRequest(asked, clock.now()))
      const url = explanation.kind === 'lookup' ? urlOfKey(explanation.key) : undefined
      return {
        explanation,
        lately: traffic.pages.reasonsFor(url ?? `${asked.scheme}://${asked.authority}${asked.target}`),
      }
    },
    async findBehind(asked) {
      const request = asProxyRequest(asked, clock.now())
      const found = await lasting.tiers?.find(parts.core().plan(request).key, request.fields)
      return found && { tier: found.tier, stored: viewOf(found.stored, clock.now()) }
    },
    searchStored: (search) => searchStored(lasting, search),
    storedFor(asked) {
      const { key } = parts.core().plan(asProxyRequest(asked, clock.now()))
      const hits = traffic.pages.hitsOf(urlOfKey(key) ?? '')
      return { key, bytes: memory.bytesOf(key), variants: storedVariants(lasting, { key }), hits }
    },
    pages: ({ limit }) => traffic.pages.lists(limit),
    learned: () => lasting.learner.learned(),
    problems: () => log.problems(),
    logLevel({ set }) {
      if (set !== undefined) log.level = set
      // Only these are ever set.
      return log.level as LogLevel
    },
    purge: ({ orders, from }) => purge(parts.core(), orders, { address: from, dialect: 'admin' }),
    setOrigin: (order) => ({ found: orderOrigin(pools, order) }),
  }
}

function snapshot({
  lasting: { flights, invalidator, memory, pools, tiers, traffic, watch },
  listeners,
}: CallParts): ThreadSnapshot {
  const behind = tiers?.counts()
  return {
    traffic: traffic.counts(),
    connections: listeners.connections,
    connectionsRefused: traffic.connectionsRefused,
    handedOver: listeners.handedOver,
    memory: memory.counts(),
    tiers: behind?.tiers ?? [],
    invalidator: invalidator.counts(),
    log: behind?.log,
    origins: pools.states(),
    isSick: pools.sick,
    flights: flights.count,
    health: watch.health(),
  }
}

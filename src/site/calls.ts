import type { LogLevel } from '../config/config.ts'
import type { CallHandlers } from '../control/calls.ts'
import type { Listeners } from '../listener/start-listeners.ts'
import type { ThreadSnapshot } from '../metrics/thread-snapshot.ts'
import { purge } from '../proxy/answer-purge.ts'
import type { Core } from '../proxy/core.ts'
import type { Lasting } from './generation.ts'

/** The parts of a thread that know the answers. */
export interface CallParts {
  /** Of the configuration in force. */
  readonly core: () => Core
  readonly lasting: Lasting
  readonly listeners: Listeners
}

/** What one thread answers when it is asked (docs/decisions/control.md). */
export function siteCalls(parts: CallParts): Omit<CallHandlers, 'prepareReload' | 'finishReload'> {
  const { lasting, listeners } = parts
  const { traffic, log, memory, pools } = lasting
  return {
    counts: () => ({
      connections: listeners.connections,
      handedOver: listeners.handedOver,
      memory: memory.counts(),
    }),
    snapshot: () => snapshot(parts),
    seconds: ({ count }) => traffic.seconds(count),
    hosts: () => traffic.hosts(),
    pages: ({ limit }) => traffic.pages.lists(limit),
    problems: () => log.problems(),
    logLevel({ set }) {
      if (set !== undefined) log.level = set
      // Only these are ever set.
      return log.level as LogLevel
    },
    purge: (orders) => purge(parts.core(), orders),
    setOrigin({ origin, pool: name, order }) {
      const member = pools.member(origin, name)
      member?.[order]()
      return { found: member !== undefined }
    },
  }
}

function snapshot({
  lasting: { flights, memory, pools, tiers, traffic, watch },
  listeners,
}: CallParts): ThreadSnapshot {
  return {
    traffic: traffic.counts(),
    connections: listeners.connections,
    connectionsRefused: traffic.connectionsRefused,
    handedOver: listeners.handedOver,
    memory: memory.counts(),
    tiers: tiers?.states() ?? [],
    origins: pools.states(),
    isSick: pools.sick,
    flights: flights.count,
    health: watch.health(),
  }
}

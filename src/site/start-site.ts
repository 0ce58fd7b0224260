import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { CallHandlers, OriginOrder } from '../control/calls.ts'
import { Flights } from '../forward/flights.ts'
import { type Listeners, startListeners } from '../listener/start-listeners.ts'
import { type EventLog, eventLogStyle, openEventLog } from '../log/event-log.ts'
import { FailureLog } from '../log/failure-log.ts'
import { PurgeLog } from '../log/purge-log.ts'
import { ThreadWatch } from '../metrics/thread-health.ts'
import { Traffic } from '../metrics/traffic.ts'
import { answerPeer } from '../proxy/answer-peer.ts'
import { InvalidateHere, uriAlias } from '../proxy/invalidate-here.ts'
import { Invalidator } from '../proxy/invalidator.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { MemoryTier } from '../tiers/memory/memory-tier.ts'
import type { BoxPeers } from '../workers/peers.ts'
import { siteCalls } from './calls.ts'
import { createGeneration, type Lasting } from './generation.ts'
import { Generations } from './generations.ts'
import { MemorySnapshot } from './memory-snapshot.ts'
import { openAccess } from './open-access.ts'
import { openLearner } from './open-learner.ts'
import { createPools, orderOrigin } from './pools.ts'
import { SiteHtcp } from './site-htcp.ts'
import { openTiers } from './tiers-of-site.ts'

export interface RunningSite {
  /** Where it listens: `http://0.0.0.0:8080`. */
  readonly addresses: readonly string[]
  /** What this thread answers when it is asked. */
  readonly handlers: CallHandlers
  readonly log: EventLog
  /** Finishes the exchanges under way, within the drain time, and closes everything. */
  stop(): Promise<void>
}

/** What the threads of one box have in common; a thread alone has nothing of it. */
export interface Box {
  readonly workers: number
  /** Of this thread. What a box does once is for the first. */
  readonly index: number
  readonly peers: BoxPeers
  /** What was ordered before this thread was started. */
  readonly originOrders: readonly OriginOrder[]
}

export interface SiteOptions {
  readonly clock: Clock
  /** Descriptors of sockets that listen already, in the order of `listen`. */
  readonly inherited: readonly number[]
  /** undefined: this thread is the only one. */
  readonly box?: Box
  /** Hears of everything that is invalidated here. */
  readonly onInvalidated?: (invalidations: readonly Invalidation[]) => void
}

/** Who asks for another thread: its client is not here. */
const NOBODY = { interim: () => {}, onGone: () => {} }

/** Different variants that one key may have at a time; the oldest goes first. */
const VARIANTS_MAX = 64

/**
 * Constructs the parts of one thread, joins them and starts to listen. The one place where the whole configuration is known.
 *
 * @throws Error with `syscall` when an address cannot be listened on
 */
export async function startSite(config: Config, options: SiteOptions): Promise<RunningSite> {
  const { clock, inherited, box, onInvalidated } = options
  const log = openEventLog({ level: config.log.level, style: eventLogStyle(process.env), worker: box?.index })
  const accessLog = openAccess(config, log)
  const lasting = openLasting(config, { clock, log, box, onInvalidated })
  const { pools, tiers, memory, traffic, learner, watch, purges } = lasting
  const { index = 0, workers = 1 } = box ?? {}
  const snapshot = new MemorySnapshot({ settings: config.snapshot, memory, tiers, clock, log, index, workers })
  const first = createGeneration(config, lasting, accessLog)
  let listeners: Listeners | undefined
  // One port of the box.
  const htcp = box === undefined || box.index === 0 ? new SiteHtcp(() => generations.current.core, log) : undefined
  const generations: Generations = new Generations(lasting, first, { listeners: () => listening(listeners), htcp })
  box?.peers.serve({
    answer: (question, reply) => {
      const request = { ...question.request, body: undefined, exchange: NOBODY }
      answerPeer(generations.current.core, { ...question, request }, reply)
    },
    invalidate: (invalidations) => lasting.invalidateHere.invalidate(invalidations),
  })
  const closeParts = async (): Promise<void> => {
    htcp?.close()
    await tiers?.close()
    pools.close()
    traffic.close()
    learner.close()
    watch.close()
    purges.close()
    await generations.current.accessLog?.close()
  }
  try {
    await snapshot.restore()
    const running = await startListeners({ ...first.lanes, clock, inherited })
    listeners = running
    const addresses = running.addresses.map(addressUrl)
    const opened = await htcp?.prepare(config)
    opened?.commit()
    log.info({ listen: addresses, origins: config.origins.map(({ url }) => url) }, 'started')
    return {
      addresses,
      log,
      handlers: {
        ...siteCalls({ core: () => generations.current.core, lasting, listeners: running, snapshot }),
        prepareReload: (next) => generations.prepare(next),
        finishReload: (step) => generations.finish(step),
      },
      async stop() {
        log.info({ connections: running.connections }, 'stopping, what is under way is finished first')
        await running.stop(generations.current.config.timeLimits.drainMs)
        await snapshot.save()
        box?.peers.close()
        await closeParts()
        log.info({ memory: memory.counts() }, 'stopped')
        await log.close()
      },
    }
  } catch (error) {
    await closeParts()
    throw error
  }
}

function listening(listeners: Listeners | undefined): Listeners {
  if (listeners === undefined) throw new Error('it does not listen yet')
  return listeners
}

interface Surroundings {
  readonly clock: Clock
  readonly log: EventLog
  readonly box: Box | undefined
  readonly onInvalidated: SiteOptions['onInvalidated']
}

function openLasting(config: Config, { clock, log, box, onInvalidated }: Surroundings): Lasting {
  const bytesMax = Math.floor(config.memoryBytes / (box?.workers ?? 1))
  const { objectBytesMax } = config
  const memory = new MemoryTier({ bytesMax, objectBytesMax, variantsMax: VARIANTS_MAX, aliasOf: uriAlias })
  const flights = new Flights()
  const invalidateHere = new InvalidateHere({ clock, flights, memory, onInvalidated })
  const tiers = openTiers(config.tiers, { clock, log, invalidateHere })
  const pools = createPools(config, clock, log)
  for (const order of box?.originOrders ?? []) orderOrigin(pools, order)
  const traffic = new Traffic(clock)
  const learner = openLearner({ clock, memory, pools, traffic })
  learner.update(config.learn)
  return {
    clock,
    log,
    failures: new FailureLog(log, clock),
    purges: new PurgeLog(log, clock),
    memory,
    flights,
    pools,
    traffic,
    learner,
    watch: new ThreadWatch(clock),
    peers: box?.peers,
    tiers,
    invalidateHere,
    invalidator: new Invalidator({ here: invalidateHere, peers: box?.peers, tiers }),
  }
}

function addressUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { CallHandlers } from '../control/calls.ts'
import type { SiteCounts } from '../control/site-counts.ts'
import { Flights } from '../forward/flights.ts'
import { type ListenerHooks, NOBODY_LISTENS } from '../listener/listener-hooks.ts'
import { startListeners } from '../listener/start-listeners.ts'
import { type AccessLog, openAccessLog } from '../log/access-log.ts'
import { type EventLog, eventLogStyle, openEventLog } from '../log/event-log.ts'
import { FailureLog } from '../log/failure-log.ts'
import { Lookup } from '../lookup/lookup.ts'
import type { OriginPool } from '../origin/origin-client.ts'
import { createPlanner } from '../policy/planner.ts'
import { createMemoryAnswers } from '../proxy/answer-from-memory.ts'
import { answerPeer } from '../proxy/answer-peer.ts'
import type { Core } from '../proxy/core.ts'
import { createRequestHandler } from '../proxy/handle-request.ts'
import { invalidate } from '../proxy/invalidate-after.ts'
import { upstreamForwardingFields } from '../request/forwarding.ts'
import { Responder } from '../respond/responder.ts'
import { MemoryTier } from '../tiers/memory-tier.ts'
import type { BoxPeers } from '../workers/peers.ts'
import { forwardingSettings, listenerSettings } from './listener-settings.ts'
import { createPools } from './pools.ts'
import { openTiers } from './tiers-of-site.ts'

export interface RunningSite {
  /** Where it listens: `http://0.0.0.0:8080`. */
  readonly addresses: readonly string[]
  /** What this thread answers when it is asked. */
  readonly handlers: CallHandlers
  /** Finishes the exchanges under way, within the drain time, and closes everything. */
  stop(): Promise<void>
}

/** What the threads of one box have in common; a thread alone has nothing of it. */
export interface Box {
  readonly workers: number
  readonly peers: BoxPeers
}

/** Who asks for another thread: its client is not here. */
const NOBODY = { interim: () => {}, onGone: () => {} }

/** Different variants that one key may have at a time; the oldest goes first. */
const VARIANTS_MAX = 64

/**
 * Constructs the parts of one thread, joins them and starts to listen. The one place where the whole configuration is known.
 *
 * @param box undefined when this thread is the only one
 * @throws Error with `syscall` when an address cannot be listened on
 */
export async function startSite(config: Config, clock: Clock, box?: Box): Promise<RunningSite> {
  const log = openEventLog({ level: config.log.level, style: eventLogStyle(process.env) })
  const accessLog = openAccess(config, log)
  const pool = createPools(config, clock, log)
  const failures = new FailureLog(log, clock)
  const parts = createCore(config, clock, pool, box, log)
  const tiers = openTiers(config.tiers, { clock, log, core: parts })
  const core: Core = { ...parts, tiers, onFailure: (error) => failures.report(error) }
  box?.peers.serve({
    answer: (request, reply) => answerPeer(core, { ...request, body: undefined, exchange: NOBODY }, reply),
    invalidate: (keys) => invalidate(core, keys),
  })
  try {
    const listeners = await startListeners({
      settings: listenerSettings(config, box !== undefined),
      handle: createRequestHandler(core),
      answerFromMemory: createMemoryAnswers(core),
      hooks: listenerHooks(pool, log, accessLog),
      clock,
    })
    const addresses = listeners.addresses.map(addressUrl)
    log.info({ listen: addresses, origins: config.origins.map(({ url }) => url) }, 'started')
    const counts = (): SiteCounts => ({
      connections: listeners.connections,
      handedOver: listeners.handedOver,
      memory: core.memory.counts(),
    })
    return {
      addresses,
      handlers: { counts },
      async stop() {
        log.info({ connections: listeners.connections }, 'stopping, what is under way is finished first')
        await listeners.stop(config.timeLimits.drainMs)
        box?.peers.close()
        await tiers?.close()
        pool.close()
        await accessLog?.close()
        log.info(counts(), 'stopped')
        await log.close()
      },
    }
  } catch (error) {
    await tiers?.close()
    pool.close()
    await accessLog?.close()
    throw error
  }
}

function addressUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function createCore(
  config: Config,
  clock: Clock,
  pool: OriginPool,
  box: Box | undefined,
  log: EventLog,
): Omit<Core, 'onFailure'> {
  const { obeyRequestDirectives, objectBytesMax, viaName } = config
  const bytesMax = Math.floor(config.memoryBytes / (box?.workers ?? 1))
  const memory = new MemoryTier({ bytesMax, objectBytesMax, variantsMax: VARIANTS_MAX })
  const rememberUncacheableMs = config.rememberUncacheableSeconds * 1000
  return {
    clock,
    settings: { coalescing: config.coalescing, objectBytesMax, obeyRequestDirectives },
    plan: createPlanner(config.caching),
    lookup: new Lookup(clock, memory, { rememberUncacheableMs, obeyRequestDirectives }),
    memory,
    flights: new Flights(),
    pool,
    peers: box?.peers,
    tiers: undefined,
    onFault: (error) => log.error({ error }, 'a defect was met, and contained'),
    responder: new Responder(clock, {
      viaName,
      cacheStatus: config.cacheStatus.hide ? undefined : { name: viaName, showKey: config.cacheStatus.key },
    }),
    forwardingFields: (request) => upstreamForwardingFields(request, forwardingSettings(config)),
  }
}

function listenerHooks(pool: OriginPool, log: EventLog, accessLog: AccessLog | undefined): ListenerHooks {
  return {
    onExchange: accessLog === undefined ? NOBODY_LISTENS : (record) => accessLog.write(record),
    tunnelTarget: (request) => pool.tunnelTarget(request),
    onConnectionRefused: (reason) => log.warn({ reason }, 'a connection was refused: there are too many'),
    onAcceptError: (error) => log.error({ error }, 'a connection could not be accepted'),
    onInternalError: (error) => log.error({ error }, 'a request failed inside the proxy'),
  }
}

function openAccess(config: Config, log: EventLog): AccessLog | undefined {
  const { access, accessFile } = config.log
  if (access === 'off') return undefined
  return openAccessLog({
    format: access,
    file: accessFile,
    onState: (state) => log.warn({ ...state }, 'the access log changed its state'),
  })
}

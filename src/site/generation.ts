import type { Learner } from '../advise/learner.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Flights } from '../forward/flights.ts'
import { firstValue } from '../http/fields.ts'
import { PurgeAccess } from '../invalidate/access.ts'
import type { AnsweredHit } from '../listener/exchange-record.ts'
import type { LaneParts } from '../listener/lane-context.ts'
import { type ListenerHooks, NOBODY_LISTENS } from '../listener/listener-hooks.ts'
import type { AccessLog } from '../log/access-log.ts'
import type { EventLog } from '../log/event-log.ts'
import type { FailureLog } from '../log/failure-log.ts'
import type { PurgeLog } from '../log/purge-log.ts'
import { Lookup } from '../lookup/lookup.ts'
import type { ThreadWatch } from '../metrics/thread-health.ts'
import type { Traffic } from '../metrics/traffic.ts'
import type { SitePools } from '../origin/site-pools.ts'
import { compileCrawlers } from '../policy/crawlers.ts'
import { createPlanner } from '../policy/planner.ts'
import { createMemoryAnswers } from '../proxy/answer-from-memory.ts'
import type { Purging } from '../proxy/answer-purge.ts'
import type { Core } from '../proxy/core.ts'
import { createRequestHandler } from '../proxy/handle-request.ts'
import type { InvalidateHere } from '../proxy/invalidate-here.ts'
import type { Invalidator } from '../proxy/invalidator.ts'
import type { Peers } from '../proxy/peers.ts'
import { RememberedPlans } from '../proxy/remembered-plans.ts'
import { RememberedTemplates } from '../proxy/remembered-templates.ts'
import { upstreamForwardingFields } from '../request/forwarding.ts'
import { OwnCookies } from '../request/own-cookies.ts'
import { Responder } from '../respond/responder.ts'
import type { MemoryTier } from '../tiers/memory/memory-tier.ts'
import type { RemoteTiers } from '../tiers/remote-tiers.ts'
import { WARMER_NAME } from '../warm/user-agent.ts'
import { forwardingSettings, listenerSettings } from './listener-settings.ts'

/** What a site keeps for its whole life, whatever its configuration becomes. */
export interface Lasting {
  readonly clock: Clock
  readonly log: EventLog
  readonly failures: FailureLog
  readonly purges: PurgeLog
  readonly memory: MemoryTier
  readonly flights: Flights
  readonly pools: SitePools
  readonly traffic: Traffic
  readonly learner: Learner
  readonly watch: ThreadWatch
  /** undefined: this thread is the only one. */
  readonly peers: Peers | undefined
  /** undefined: there is nothing behind memory. */
  readonly tiers: RemoteTiers | undefined
  readonly invalidateHere: InvalidateHere
  readonly invalidator: Invalidator
}

/** What one reading of the configuration makes of these; a reload makes the next (docs/decisions/reload.md). */
export interface Generation {
  readonly config: Config
  readonly core: Core
  readonly lanes: LaneParts
  readonly accessLog: AccessLog | undefined
}

/**
 * How many plans are remembered. Each hit on a page that is kept ready looks for one, so with fewer than such pages they push each other
 * out and are garbage of the dear kind. One takes some 700 bytes.
 */
function plansMax({ settings: { bytesMax } }: MemoryTier): number {
  return Math.max(16_384, Math.min(65_536, Math.floor(bytesMax / (16 * 1024))))
}

/** Makes only what holds no state, and nothing that can fail. Requests under way keep the generation that they began with. */
export function createGeneration(config: Config, lasting: Lasting, accessLog: AccessLog | undefined): Generation {
  const core = createCore(config, lasting)
  const lanes = {
    settings: listenerSettings(config, lasting.peers !== undefined),
    handle: createRequestHandler(core),
    answerFromMemory: createMemoryAnswers(core),
    hooks: listenerHooks(lasting, accessLog),
  }
  return { config, core, lanes, accessLog }
}

function createCore(config: Config, lasting: Lasting): Core {
  const { clock, log, failures, purges, memory, flights, pools, peers, tiers, invalidator } = lasting
  const { obeyRequestDirectives, objectBytesMax, viaName } = config
  // Nobody is to wait for the warmer, whatever is said of crawlers.
  const isCrawler = compileCrawlers([...config.crawlers, WARMER_NAME])
  const forwarding = forwardingSettings(config)
  const rememberUncacheableMs = config.rememberUncacheableSeconds * 1000
  return {
    clock,
    settings: { coalescing: config.coalescing, objectBytesMax, obeyRequestDirectives },
    plan: createPlanner(config.caching),
    plans: new RememberedPlans(plansMax(memory)),
    templates: new RememberedTemplates(),
    // What is remembered of keys was found out under the rules of before.
    lookup: new Lookup(clock, memory, { rememberUncacheableMs, obeyRequestDirectives }),
    memory,
    flights,
    pool: pools,
    peers,
    tiers,
    invalidator,
    purgesSoftly: config.purge.mode === 'soft',
    purging: purging(config),
    onPurge: (record) => purges.report(record),
    onFault: (error) => log.error({ error }, 'a defect was met, and contained'),
    onFailure: (error) => failures.report(error),
    responder: new Responder(clock, {
      viaName,
      cacheStatus: config.cacheStatus.hide ? undefined : { name: viaName, showKey: config.cacheStatus.key },
    }),
    ownCookies: ownCookies(config),
    isCrawler: ({ fields }) => isCrawler(firstValue(fields, 'user-agent')),
    forwardingFields: (request) => upstreamForwardingFields(request, forwarding),
  }
}

function ownCookies({ originRules, pools }: Config): OwnCookies | undefined {
  const names = [originRules, ...pools].map(({ balance }) => balance.stickyCookie).filter((name) => name !== undefined)
  return names.length === 0 ? undefined : new OwnCookies(names)
}

function purging({ purge: { accept, from, token, paths, refreshByNoCache } }: Config): Purging | undefined {
  if (!accept) return undefined
  return { access: new PurgeAccess({ from, token }), paths: new Set(paths), refreshByNoCache }
}

function listenerHooks({ learner, log, traffic }: Lasting, accessLog: AccessLog | undefined): ListenerHooks {
  const writeHit = accessLog?.writeHit
  return {
    onExchange(record) {
      traffic.onExchange(record)
      learner.onExchange(record)
      accessLog?.write(record)
    },
    onHit: writeHit === undefined ? traffic.onHit : countedAndWritten(traffic, writeHit),
    onHitRecord: accessLog === undefined || writeHit !== undefined ? NOBODY_LISTENS : accessLog.write,
    onConnectionRefused(reason) {
      traffic.connectionsRefused++
      log.warn({ reason }, 'a connection was refused: there are too many')
    },
    onAcceptError: (error) => log.error({ error }, 'a connection could not be accepted'),
    onInternalError: (error) => log.error({ error }, 'a request failed inside the proxy'),
  }
}

function countedAndWritten({ onHit }: Traffic, write: (hit: AnsweredHit) => void): ListenerHooks['onHit'] {
  return (hit, answered) => {
    onHit(hit)
    write(answered)
  }
}

import { isIP } from 'node:net'
import { parseAddress } from './address.ts'
import type { ConnectionSettings } from './connection.ts'
import type { Deadlines } from './deadlines.ts'
import { Health } from './health.ts'
import { Latencies } from './latencies.ts'
import { Member } from './member.ts'
import { MemberConnections } from './member-connections.ts'
import type { PoolEnvironment } from './pool-environment.ts'
import { Probe } from './probe.ts'
import type { OriginSettings, PoolSettings } from './settings.ts'

/** Above this a request counts as slow, and may be sent to a second member. */
const SLOW_QUANTILE = 0.95

export interface MakeMember {
  readonly pool: PoolSettings
  readonly environment: PoolEnvironment
  readonly deadlines: Deadlines
  readonly onFault: (error: unknown) => void
  onChange(member: Member, reason: string): void
}

/** @throws Error naming the member, when its settings cannot be used */
export function makeMember(settings: OriginSettings, context: MakeMember): Member {
  const { pool, environment } = context
  const { clock, random = Math.random } = environment
  const connection = connectionSettings(settings, context)
  const member = new Member(settings, {
    pool: pool.name ?? 'origins',
    clock,
    health: new Health(pool.health, clock, random),
    connections: new MemberConnections(connection, pool.concurrency),
    failureStatuses: new Set(pool.health.failureStatuses),
    slowStartMs: pool.slowStartMs ?? 0,
    latencies: pool.hedge === true ? new Latencies(SLOW_QUANTILE) : undefined,
    onChange: context.onChange,
  })
  if (pool.probe !== undefined) {
    const { timeoutMs } = pool.probe
    // The probe has one limit for everything.
    const limits = { ...pool.timeLimits, connectMs: timeoutMs, firstByteMs: timeoutMs, betweenBytesMs: timeoutMs }
    const probe = new Probe(pool.probe, {
      clock,
      random,
      connection: { ...connection, limits },
      authority: settings.host ?? authorityOf(settings.url),
      onVerdict: (isWell, reason) => (isWell ? member.recovered(reason) : member.sickened(reason)),
    })
    member.watchedBy(probe)
  }
  return member
}

/** Equal for settings between which connections and health can be taken over; the rest `Member.configure` changes. */
export function identityOf({ weight, backup, drain, ...lasting }: OriginSettings, pool: PoolSettings): string {
  const { timeLimits, responseHead, concurrency, health, probe, slowStartMs, hedge, name } = pool
  return JSON.stringify([lasting, timeLimits, responseHead, concurrency, health, probe, slowStartMs, hedge, name])
}

function connectionSettings(settings: OriginSettings, context: MakeMember): ConnectionSettings {
  const { pool, environment, deadlines, onFault } = context
  const address = parseAddress(settings)
  const { names } = environment
  const lookup = environment.lookup ?? names?.lookup
  return {
    origin: settings.name,
    address,
    limits: pool.timeLimits,
    headLimits: { ...pool.responseHead, targetBytesMax: 0 },
    deadlines,
    lookup,
    onFault,
    proxyProtocol: settings.proxyProtocol,
    mayKeep: mayKeep(),
  }

  function mayKeep(): ConnectionSettings['mayKeep'] {
    // It speaks for one client.
    if (settings.proxyProtocol !== undefined) return () => false
    if (names === undefined || address.kind === 'unix' || isIP(address.host) !== 0) return undefined
    // Where the name has moved on, connections follow as they become idle.
    const { host } = address
    return (remoteAddress) => remoteAddress === undefined || names.holds(host, remoteAddress)
  }
}

function authorityOf(url: string): string {
  // A host in the place of a path is a socket's: it has no name.
  return /^https?:\/\//.test(url) ? new URL(url).host : 'localhost'
}

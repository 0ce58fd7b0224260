import type { ProxyError } from '../errors.ts'
import type { Choose } from './choosing/candidate.ts'
import { type Balance, chooser } from './choosing/choosers.ts'
import { eligible } from './choosing/eligible.ts'
import { requestKey } from './choosing/request-key.ts'
import { Stickiness } from './choosing/stickiness.ts'
import { Deadlines } from './deadlines.ts'
import { Exchange, isRepeatable } from './exchange.ts'
import { drained, sick } from './failures.ts'
import { Hedge, type HedgeRoutes } from './hedge.ts'
import { identityOf, makeMember } from './make-member.ts'
import type { Member } from './member.ts'
import type { MemberChange, MemberControl, MemberState } from './member-state.ts'
import { Discovery } from './names/discovery.ts'
import { NameCache } from './names/name-cache.ts'
import { systemResolver } from './names/system-resolver.ts'
import type { ManagedPool, OriginHandler, OriginRequest, SentRequest } from './origin-client.ts'
import type { PoolEnvironment } from './pool-environment.ts'
import { RetryBudget } from './retry-budget.ts'
import { defaultRetryBudget, type OriginSettings, type PoolSettings } from './settings.ts'

export type { PoolEnvironment } from './pool-environment.ts'

/**
 * The members of a site's origin, asked over HTTP/1.1 connections that are kept. A member that cannot be reached, or whose
 * name does not resolve, is held down; the pool is usable all the same.
 *
 * @throws Error when there is no member, or the settings of one cannot be used
 */
export function originPool(settings: PoolSettings, environment: PoolEnvironment): ManagedPool {
  return new Pool(settings, environment)
}

class Pool implements ManagedPool, HedgeRoutes {
  readonly deadlines: Deadlines
  readonly clock
  readonly onFault: (error: unknown) => void
  retryStatuses: ReadonlySet<number> = new Set()
  readonly #environment: PoolEnvironment
  readonly #names: NameCache
  #settings: PoolSettings
  #members: readonly Member[] = []
  /** In the order of `#members`. */
  #identities: readonly string[] = []
  #balance: Balance = { kind: 'round-robin' }
  #choose: Choose<Member>
  #sticky: Stickiness<Member> | undefined
  /** Where requests under way belong by their visitor's cookie. */
  readonly #stuck = new WeakMap<OriginRequest, Member>()
  #budget: RetryBudget
  #discovery: Discovery | undefined
  #closed = false

  constructor(settings: PoolSettings, environment: PoolEnvironment) {
    this.clock = environment.clock
    this.deadlines = new Deadlines(environment.clock)
    this.onFault = environment.onFault ?? warn
    this.#environment = environment
    this.#names = environment.names ?? new NameCache(systemResolver(), environment.clock)
    this.#settings = settings
    this.#choose = chooser(this.#balance, environment.random ?? Math.random)
    this.#budget = new RetryBudget(settings.retryBudget ?? defaultRetryBudget, environment.clock)
    this.update(settings)
  }

  get retriesMax(): number {
    return this.#settings.retriesMax
  }

  get wholeMs(): number | undefined {
    return this.#settings.timeLimits.wholeMs
  }

  get sick(): boolean {
    return this.#eligible([]).length === 0 && this.#lastResort([]) === undefined
  }

  send(request: OriginRequest, handler: OriginHandler): SentRequest {
    this.#budget.deposit()
    const sticky = this.#sticky
    if (sticky === undefined) return this.#send(request, handler)
    const own = sticky.memberOf(request, this.#members)
    if (own !== undefined) this.#stuck.set(request, own)
    return this.#send(request, stickyHandler(sticky, request, handler))
  }

  states(): readonly MemberState[] {
    const { left } = this.#budget
    return this.#members.map((member) => member.state(left))
  }

  member(name: string): MemberControl | undefined {
    return this.#members.find((member) => member.name === name)
  }

  update(settings: PoolSettings): void {
    const { balance = { kind: 'round-robin' }, sticky } = settings
    const discovers = settings.members.some(({ discover }) => discover !== undefined)
    const discovery = discovers
      ? new Discovery(settings.members, this.#discovery, {
          names: this.#names,
          clock: this.clock,
          onMembers: (members) => this.#reconcile(members, settings),
          onFault: (error) => this.#environment.onUnresolved?.(error),
        })
      : undefined
    // Throws before anything is changed.
    this.#reconcile(discovery?.members ?? settings.members, settings)
    this.#discovery?.stop()
    this.#discovery = discovery
    if (JSON.stringify(balance) !== JSON.stringify(this.#balance)) {
      this.#choose = chooser(balance, this.#environment.random ?? Math.random)
      this.#balance = balance
    }
    this.#sticky = sticky && new Stickiness(sticky)
    this.retryStatuses = new Set(settings.retryStatuses)
    if (JSON.stringify(settings.retryBudget) !== JSON.stringify(this.#settings.retryBudget)) {
      this.#budget = new RetryBudget(settings.retryBudget ?? defaultRetryBudget, this.clock)
    }
    this.#settings = settings
    discovery?.start()
  }

  close(): void {
    this.#closed = true
    this.#discovery?.stop()
    for (const member of this.#members) member.retire()
  }

  next(request: OriginRequest, tried: readonly Member[]): Member | ProxyError {
    // The usual pool has one member and nothing to choose.
    if (this.#members.length === 1 && tried.length === 0) {
      const [only] = this.#members
      if (only!.admits && !only!.draining) return only!
    }
    if (this.#sticky !== undefined && tried.length === 0) {
      const own = this.#stuck.get(request)
      if (own?.admits && own.probedWell) return own
    }
    const candidates = this.#eligible(tried)
    if (candidates.length > 0) return this.#chooseFor(request, roomiest(candidates))
    return this.#lastResort(tried) ?? nobody(this.#members)
  }

  alternative(request: OriginRequest, tried: readonly Member[]): Member | undefined {
    const others = this.#eligible(tried).filter(({ health, probedWell, connections }) => {
      return health.isUp && probedWell && connections.hasRoom
    })
    return others.length === 0 ? undefined : this.#chooseFor(request, others)
  }

  payRetry(): boolean {
    return this.#budget.withdraw()
  }

  heldDown(member: Member): void {
    member.connections.giveUp(() => sick(`"${member.name}"`))
  }

  #send(request: OriginRequest, handler: OriginHandler): SentRequest {
    const hedges =
      this.#settings.hedge === true &&
      this.#members.length > 1 &&
      isRepeatable(request) &&
      request.upgrade === undefined
    const exchange = hedges ? new Hedge(request, handler, this) : new Exchange(request, handler, this)
    exchange.start()
    return exchange
  }

  #chooseFor(request: OriginRequest, candidates: readonly Member[]): Member {
    const balance = this.#balance
    return this.#choose(candidates, balance.kind === 'hash' ? requestKey(balance.by, request) : undefined)
  }

  #eligible(tried: readonly Member[]): readonly Member[] {
    const left = tried.length === 0 ? this.#members : this.#members.filter((member) => !tried.includes(member))
    return eligible(left, { panicBelow: this.#settings.panicBelow ?? 0 })
  }

  /** Of members that are all held down the one that has been left in peace longest, if that was long enough. */
  #lastResort(tried: readonly Member[]): Member | undefined {
    const members = this.#members.filter(({ draining }) => !draining)
    if (members.some((member) => member.health.isUp)) return undefined
    let best: Member | undefined
    for (const member of members) {
      if (tried.includes(member)) continue
      if (best === undefined || member.health.lastResortAtMs < best.health.lastResortAtMs) best = member
    }
    return best !== undefined && best.health.lastResortAtMs <= this.clock.now() ? best : undefined
  }

  /** Puts these members in the place of those there are, and keeps of them what is the same. */
  #reconcile(members: readonly OriginSettings[], pool: PoolSettings): void {
    if (members.length === 0) throw new Error('Cannot make an origin pool: it has no members')
    if (this.#closed) return
    const identities = members.map((member) => identityOf(member, pool))
    const kept = new Map(this.#identities.map((identity, index) => [identity, this.#members[index]!]))
    const made: Member[] = []
    try {
      const next = members.map((settings, index) => kept.get(identities[index]!) ?? this.#make(settings, pool, made))
      for (const [index, member] of next.entries()) member.configure(members[index]!)
      const before = this.#members
      for (const member of made) member.follow(before.find(({ name }) => name === member.name))
      this.#members = next
      this.#identities = identities
      for (const member of before) if (!next.includes(member)) member.retire()
    } catch (error) {
      for (const member of made) member.retire()
      throw error
    }
  }

  #make(settings: OriginSettings, pool: PoolSettings, made: Member[]): Member {
    const member = makeMember(settings, {
      pool,
      environment: { ...this.#environment, names: this.#names },
      deadlines: this.deadlines,
      onFault: this.onFault,
      onChange: ({ name: origin, condition }, reason) => {
        this.#tell({ pool: pool.name ?? 'origins', origin, condition, reason })
      },
    })
    made.push(member)
    return member
  }

  /** A throw of who hears of it would end the request that brought it about, with nobody to answer it. */
  #tell(change: MemberChange): void {
    try {
      this.#environment.onState?.(change)
    } catch (fault) {
      this.onFault(fault)
    }
  }
}

function nobody(members: readonly Member[]): ProxyError {
  const names = members.map(({ name }) => `"${name}"`).join(', ')
  return members.every(({ draining }) => draining) ? drained(names) : sick(names)
}

/** Those that need not queue, or all when everybody has to. */
function roomiest(candidates: readonly Member[]): readonly Member[] {
  const withRoom = candidates.filter(({ connections }) => connections.hasRoom)
  return withRoom.length > 0 ? withRoom : candidates
}

function stickyHandler(sticky: Stickiness<Member>, request: OriginRequest, handler: OriginHandler): OriginHandler {
  return {
    onInterim: (status, fields) => handler.onInterim(status, fields),
    onError: (error) => handler.onError(error),
    onResponse(response) {
      const ownCookie = sticky.cookieFor(request, response)
      handler.onResponse(ownCookie === undefined ? response : { ...response, ownCookie })
    },
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'OriginHandlerFault')
}

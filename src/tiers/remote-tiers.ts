import type { Clock } from '../clock.ts'
import type { RawFields } from '../http/fields.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { inTime, late } from './in-time.ts'
import type { Invalidation } from './invalidation.ts'
import type { BoxAcknowledgement } from './invalidation-log/boxes.ts'
import { CatchUp } from './invalidation-log/catch-up.ts'
import type { InvalidationLog, InvalidationLogCounts } from './invalidation-log/invalidation-log.ts'
import { MessagesInTurn } from './messages-in-turn.ts'
import { Patience } from './patience.ts'
import type { Invalidatable, InvalidationVerdict, ServerState, Tier, TierCounts, TierState } from './tier.ts'

/** The log of invalidations, where the boxes have one in common. */
export type SharedLog = Pick<
  InvalidationLog,
  'say' | 'acknowledged' | 'caughtUp' | 'counts' | 'positionAt' | 'verdict' | 'close'
>

/** What has become of something said to all boxes. */
export interface PublishReport {
  /** Where it stands in the log; undefined: it is in force here, and will be elsewhere when the log is reached. */
  readonly position: string | undefined
  /** This box first, then the others that were there within the last minute. */
  readonly boxes: readonly BoxAcknowledgement[]
}

/** One tier at one moment, as one thread sees it: plain data. */
export interface TierSnapshot {
  readonly tier: string
  readonly state: TierState
  readonly servers: readonly ServerState[]
  readonly counts: TierCounts
}

export interface RemoteFind {
  readonly stored: StoredResponse
  /** Name of the tier that had it. */
  readonly tier: string
  /** Stores it in the tiers that were asked before and lacked it. */
  readonly promote: (ttlSeconds: number) => void
}

/** The state of everything behind memory, as plain data. Counts are since the start, and of one thread. */
export interface RemoteTiersCounts {
  readonly tiers: readonly TierSnapshot[]
  readonly log: InvalidationLogCounts
  /** How often this process stood still, and asked the log before it served from memory. */
  readonly stoodStill: number
}

export interface RemoteTiersParts {
  /** In the order in which they are asked. */
  readonly tiers: readonly Tier[]
  readonly clock: Clock
  readonly log: SharedLog
  /** The keys that a URI can have, of those that nothing else is part of. */
  readonly keysOf: (uri: string) => readonly string[]
  /** Most that a request waits for a tier, or for other boxes. */
  readonly deadlineMs: number
}

/** The tiers behind memory, in the order in which they are asked. Nothing here throws, rejects or waits past a deadline. */
export class RemoteTiers {
  readonly #tiers: readonly Tier[]
  readonly #clock: Clock
  readonly #log: SharedLog
  readonly #keysOf: RemoteTiersParts['keysOf']
  /** Most that a request waits for a tier, or for other boxes. */
  readonly deadlineMs: number
  readonly #catchUp: CatchUp
  readonly #messages: MessagesInTurn<string | undefined>

  constructor({ tiers, clock, log, keysOf, deadlineMs }: RemoteTiersParts) {
    this.#tiers = tiers
    this.#clock = clock
    this.#log = log
    this.#keysOf = keysOf
    this.deadlineMs = deadlineMs
    this.#catchUp = new CatchUp({ clock, follow: (withinMs) => log.caughtUp(withinMs) })
    this.#messages = new MessagesInTurn((said) => {
      const answer = log.say(said)
      // No longer than anybody waits: what is said next has to be in force here when its own wait is over.
      return { answer, turn: inTime(clock, deadlineMs, answer) }
    })
  }

  /** Each tier as it is now. */
  states(): readonly TierSnapshot[] {
    return this.#tiers.map((tier) => ({
      tier: tier.name,
      state: tier.state,
      servers: tier.servers(),
      counts: tier.counts(),
    }))
  }

  /** The tier that says whose turn it is to fetch: the last, as the one that most boxes are sure to share. */
  get turns(): Tier | undefined {
    return this.#tiers.at(-1)
  }

  /** What a request has for all that it asks of tiers, from now on. */
  patience(): Patience {
    return new Patience(this.#clock, this.deadlineMs)
  }

  /**
   * Asks one tier after the other. What is found is not purged by what the log had said before it was asked for, so promoted
   * it says that it is as of then, not as of its own request, whose time is one of another box's clock.
   */
  async find(key: string, requestFields: RawFields, patience = this.patience()): Promise<RemoteFind | undefined> {
    const position = this.#log.positionAt(this.#clock.now())
    for (const [asked, tier] of this.#tiers.entries()) {
      const stored = await tier.find(key, requestFields, patience)
      if (stored === undefined) continue
      const promote = (ttlSeconds: number) => {
        for (const lacking of this.#tiers.slice(0, asked)) lacking.put(key, stored, ttlSeconds, position)
      }
      return { stored, tier: tier.name, promote }
    }
    return undefined
  }

  /** Stores it in all of them, behind the response. */
  put(key: string, stored: StoredResponse, ttlSeconds: number): void {
    for (const tier of this.#tiers) tier.put(key, stored, ttlSeconds)
  }

  /**
   * Says to all boxes what is not to be used any more, and waits for at most that long until each has it in force. What the
   * tiers hold of a changed URI is removed besides, where its name is known: for boxes that have not heard of it yet.
   */
  async invalidate(invalidations: readonly Invalidation[], withinMs = this.deadlineMs): Promise<PublishReport> {
    for (const { scope, value } of invalidations) {
      if (scope !== 'changed') continue
      for (const key of this.#keysOf(value)) for (const tier of this.#tiers) tier.remove(key)
    }
    const untilMs = this.#clock.now() + withinMs
    const said = await inTime(this.#clock, withinMs, this.#messages.say(invalidations))
    const position = said === late ? undefined : said
    return { position, boxes: await this.#log.acknowledged(position, Math.max(0, untilMs - this.#clock.now())) }
  }

  /** How far the log of invalidations is followed here; empty before it was read. */
  get position(): string {
    return this.#log.positionAt(this.#clock.now())
  }

  /**
   * What the log has said since a position of something that was kept since then. Where it cannot be read in time, everything
   * counts as expired.
   */
  async judge(withinMs: number): Promise<(about: Invalidatable, position: string) => InvalidationVerdict> {
    const log = this.#log
    const isCurrent = await log.caughtUp(withinMs)
    return isCurrent ? (about, position) => log.verdict(about, position) : () => 'expired'
  }

  /** Whether memory may not be served before `caughtUp`: this process stood still, and the log may have said something. */
  isBehind(nowMs: number): boolean {
    return this.#catchUp.isDue(nowMs)
  }

  /** Resolves when memory may be served, in bounded time. */
  async caughtUp(): Promise<void> {
    await this.#catchUp.done()
  }

  counts(): RemoteTiersCounts {
    return {
      tiers: this.states(),
      log: this.#log.counts(),
      stoodStill: this.#catchUp.count,
    }
  }

  /** Waits for what is being stored, then closes. */
  async close(): Promise<void> {
    this.#catchUp.close()
    await Promise.all(this.#tiers.map((tier) => tier.settled()))
    await Promise.all([...this.#tiers.map((tier) => tier.close()), this.#log.close()])
  }
}

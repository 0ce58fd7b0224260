import type { Clock } from '../clock.ts'
import type { LearnConfig } from '../config/config.ts'
import type { ExchangeRecord } from '../listener/exchange-record.ts'
import { sharedHash } from '../tables/shared-hash.ts'
import { cookieNames, withoutValues } from './anonymous.ts'
import { type Learned, type LearnedExchange, MINUTE_MS, type MinuteCounts } from './learned.ts'

/** What was done since the start, by who counts it anyway. */
export interface Totals {
  readonly requests: number
  readonly hits: number
  readonly originRequests: number
}

export interface LearnerParts {
  readonly clock: Clock
  /** Asked once a minute. */
  readonly totals: () => Totals
  /** The freshness lifetime of what is stored for a key; undefined when nothing is. */
  readonly lifetimeSeconds: (key: string) => number | undefined
}

/** A longer target is not remembered: a client can make up any number of them. */
const TARGET_LENGTH_MAX = 2_048
const AUTHORITY_LENGTH_MAX = 255
/** What a remembered exchange takes beside its texts, about. */
const EXCHANGE_BYTES = 200
const MINUTES_MAX = 24 * 60

/**
 * Remembers what advice is made of: every exchange that was no hit, of all pages or of one page in `sample`, without values and
 * addresses; the oldest go when there is no room. Hits cost nothing here: of them only the number per minute is known.
 */
export class Learner {
  readonly #parts: LearnerParts
  #settings: LearnConfig | undefined
  #exchanges: (LearnedExchange | undefined)[] = []
  /** Those before it are forgotten. */
  #first = 0
  #bytes = 0
  #sinceMs = 0
  #minutes: MinuteCounts[] = []
  #before: Totals = { requests: 0, hits: 0, originRequests: 0 }
  #minute = 0
  #cancelTick: () => void = () => {}

  constructor(parts: LearnerParts) {
    this.#parts = parts
  }

  /** Begins, goes on or stops; what was learned by another sample is of no use to this one. */
  update(settings: LearnConfig): void {
    const isSame = this.#settings?.sample === settings.sample
    if (!settings.enabled) {
      this.#cancelTick()
      this.#settings = undefined
      this.#forgetAll()
      return
    }
    this.#settings = settings
    if (!isSame) this.#begin()
    this.#makeRoom(settings)
  }

  readonly onExchange = (record: ExchangeRecord): void => {
    const settings = this.#settings
    if (settings === undefined || !isOfUse(record) || !isInSample(record, settings.sample)) return
    const { decision, method, authority, status, complete, bodyBytesSent, receivedMs } = record
    const target = withoutValues(record.target, settings.salt)
    const cookies = cookieNames(record.fields)
    this.#add(
      {
        timeMs: receivedMs,
        method,
        authority,
        target,
        status,
        bytes: complete ? bodyBytesSent : 0,
        cookies,
        reason: decision.detail ?? decision.forward ?? decision.outcome,
        lifetimeSeconds:
          decision.stored === true && decision.key !== undefined
            ? this.#parts.lifetimeSeconds(decision.key)
            : undefined,
      },
      settings,
    )
  }

  /** undefined while it does not learn. */
  learned(): Learned | undefined {
    const settings = this.#settings
    if (settings === undefined) return undefined
    this.#takeMinute()
    const exchanges = this.#exchanges.slice(this.#first).filter((exchange) => exchange !== undefined)
    const { sample, memoryBytes: bytesMax } = settings
    return { sinceMs: this.#sinceMs, sample, bytes: this.#bytes, bytesMax, exchanges, minutes: [...this.#minutes] }
  }

  close(): void {
    this.#cancelTick()
  }

  #begin(): void {
    this.#cancelTick()
    this.#forgetAll()
    const nowMs = this.#parts.clock.now()
    this.#sinceMs = nowMs
    this.#before = this.#parts.totals()
    this.#minute = Math.floor(nowMs / MINUTE_MS)
    this.#tickLater()
  }

  #forgetAll(): void {
    this.#exchanges = []
    this.#first = 0
    this.#bytes = 0
    this.#minutes = []
  }

  #tickLater(): void {
    const { clock } = this.#parts
    this.#cancelTick = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
      this.#takeMinute()
      this.#tickLater()
    })
  }

  /** Adds what was counted since the last time to the minute that it was counted in. */
  #takeMinute(): void {
    const totals = this.#parts.totals()
    const before = this.#before
    const last = this.#minutes.at(-1)
    const known = last?.minute === this.#minute ? last : { requests: 0, hits: 0, originRequests: 0 }
    if (known === last) this.#minutes.pop()
    // Counts of origins that a reload took away are gone with them.
    const added = (name: keyof Totals): number => known[name] + Math.max(0, totals[name] - before[name])
    const sum = { requests: added('requests'), hits: added('hits'), originRequests: added('originRequests') }
    if (sum.requests + sum.originRequests > 0) this.#minutes.push({ minute: this.#minute, ...sum })
    this.#before = totals
    this.#minute = Math.floor(this.#parts.clock.now() / MINUTE_MS)
    this.#forgetBefore(this.#minute - MINUTES_MAX)
  }

  #add(exchange: LearnedExchange, settings: LearnConfig): void {
    this.#exchanges.push(exchange)
    this.#bytes += bytesOf(exchange)
    this.#makeRoom(settings)
  }

  #makeRoom({ memoryBytes }: LearnConfig): void {
    while (this.#bytes > memoryBytes) this.#forgetOldest()
  }

  #forgetBefore(minute: number): void {
    while ((this.#minutes[0]?.minute ?? minute) < minute) this.#minutes.shift()
    const timeMs = minute * MINUTE_MS
    while ((this.#exchanges[this.#first]?.timeMs ?? timeMs) < timeMs) this.#forgetOldest()
    this.#sinceMs = Math.max(this.#sinceMs, timeMs)
  }

  #forgetOldest(): void {
    const oldest = this.#exchanges[this.#first]
    if (oldest === undefined) return
    this.#bytes -= bytesOf(oldest)
    this.#exchanges[this.#first++] = undefined
    this.#sinceMs = Math.max(this.#sinceMs, this.#exchanges[this.#first]?.timeMs ?? oldest.timeMs)
    // Half of the list is holes: moved up at once, so that forgetting one costs a constant on average.
    if (this.#first * 2 < this.#exchanges.length) return
    this.#exchanges = this.#exchanges.slice(this.#first)
    this.#first = 0
  }
}

/** Not hits, not what no cache could have answered, not what a client made up to fill the memory. */
function isOfUse({ decision: { outcome }, authority, method, target }: ExchangeRecord): boolean {
  if (outcome !== 'miss' && outcome !== 'pass' && outcome !== 'revalidated') return false
  return (
    authority !== '' &&
    authority.length <= AUTHORITY_LENGTH_MAX &&
    method.length <= NAME_LENGTH_MAX &&
    target.startsWith('/') &&
    target.length <= TARGET_LENGTH_MAX
  )
}

const NAME_LENGTH_MAX = 32

/** By page, so that all of what happens to a page is seen or none of it; the same in all threads. */
function isInSample({ authority, target }: ExchangeRecord, sample: number): boolean {
  if (sample === 1) return true
  const query = target.indexOf('?')
  const page = authority + (query === -1 ? target : target.slice(0, query))
  return sharedHash(page) % sample === 0
}

function bytesOf({ authority, target, cookies, reason }: LearnedExchange): number {
  const names = cookies.reduce((total, name) => total + name.length + 16, 0)
  return EXCHANGE_BYTES + authority.length + target.length + reason.length + names
}

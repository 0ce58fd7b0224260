import type { Clock } from '../clock.ts'
import type { ExchangeRecord } from '../listener/exchange-record.ts'
import type { Outcome } from '../request/proxy-response.ts'
import type { PreparedResponse } from '../respond/prepared-response.ts'
import { Durations } from './durations.ts'
import { OUTCOMES, outcomeIndex } from './outcomes.ts'
import { Page, Pages } from './pages.ts'
import { PagesOfKeys } from './pages-of-keys.ts'
import { ReasonCounts } from './reason-counts.ts'
import { type Seconds, SecondsRing } from './seconds.ts'
import type { HostCounts, TrafficCounts } from './traffic-counts.ts'

/** Answers noted until they are counted: each may hold a body, and is copied by every collection that finds it here. */
const NOTED_MAX = 64
/** Hosts that are told apart; a client can make up any number of them. */
const HOSTS_MAX = 200

interface HostTotals {
  readonly authority: string
  readonly outcomes: Float64Array
  bytes: number
}

/** All that was answered in this thread. Counting a hit costs next to nothing: see docs/decisions/control.md. */
export class Traffic {
  readonly #clock: Clock
  readonly #outcomes = new Float64Array(OUTCOMES.length)
  /** Rows of outcomes; columns 0 to 5 are the status classes, 0 for none. */
  readonly #statuses = new Float64Array(OUTCOMES.length * 6)
  readonly #wholes = OUTCOMES.map(() => new Durations())
  readonly #firstBytes = OUTCOMES.map(() => new Durations())
  readonly #all = new Durations()
  readonly #reasons = new ReasonCounts()
  readonly #hosts = new Map<string, HostTotals>()
  #lastHost: HostTotals | undefined
  readonly #pagesOfKeys = new PagesOfKeys()
  readonly #pages: Pages
  readonly #ring: SecondsRing
  #bytes = 0
  #requestBytes = 0
  #collapsed = 0
  #cut = 0
  /** For whoever refuses them. */
  connectionsRefused = 0
  #noted: PreparedResponse[] = []
  #cancelTick: () => void

  constructor(clock: Clock) {
    this.#clock = clock
    this.#pages = new Pages(clock.now())
    this.#ring = new SecondsRing(clock.now())
    this.#cancelTick = clock.after(1_000, () => this.#tick())
  }

  /** A hit was answered in the moment it was read. */
  readonly onHit = (hit: PreparedResponse): void => {
    if (hit.served++ === 0) this.#note(hit)
  }

  /** Any other exchange has ended. */
  readonly onExchange = (record: ExchangeRecord): void => {
    const { decision, status, receivedMs, firstByteMs, endedMs } = record
    const page = this.#pagesOfKeys.of(decision) ?? pageOf(record)
    const waitedMs = firstByteMs === undefined ? undefined : firstByteMs - receivedMs
    const index = outcomeIndex(decision.outcome)
    this.#reasons.add(decision, 1)
    this.#countAnswers(index, status, 1)
    // A tunnel lasts as long as its two ends like: that says nothing about answering.
    if (status !== 101) this.#countWhole(index, endedMs - receivedMs, 1)
    if (waitedMs !== undefined) this.#firstBytes[index]!.add(waitedMs)
    this.#bytes += record.bytesSent
    if (page !== undefined) this.#countPage(page, index, record.bytesSent, 1)
    this.#requestBytes += record.requestBodyBytes
    if (decision.collapsed === true) this.#collapsed++
    if (!record.complete) this.#cut++
    if (page === undefined) return
    if (!isFromCache(decision.outcome) && decision.outcome !== 'local') this.#pages.missed(page, decision)
    if (decision.forward !== undefined && waitedMs !== undefined) this.#pages.waited(page, waitedMs)
  }

  counts(): TrafficCounts {
    this.#countNoted()
    return {
      reasons: this.#reasons.all(),
      statuses: this.#statuses.slice(),
      durations: OUTCOMES.map((_, i) => ({
        whole: this.#wholes[i]!.counts(),
        firstByte: this.#firstBytes[i]!.counts(),
      })),
      responseBytes: this.#bytes,
      requestBodyBytes: this.#requestBytes,
      collapsed: this.#collapsed,
      cut: this.#cut,
    }
  }

  /** In the order of `OUTCOMES`. */
  outcomes(): Float64Array {
    this.#countNoted()
    return this.#outcomes.slice()
  }

  hosts(): HostCounts[] {
    this.#countNoted()
    return [...this.#hosts].map(([host, { outcomes, bytes }]) => ({ host, outcomes: outcomes.slice(), bytes }))
  }

  seconds(count: number): Seconds {
    this.#takeSecond()
    return this.#ring.last(count)
  }

  get pages(): Pages {
    this.#countNoted()
    return this.#pages
  }

  close(): void {
    this.#cancelTick()
  }

  #tick(): void {
    this.#takeSecond()
    this.#pages.tick(this.#clock.now())
    this.#cancelTick = this.#clock.after(1_000, () => this.#tick())
  }

  #takeSecond(): void {
    this.#countNoted()
    const totals = { outcomes: this.#outcomes, durations: this.#all.buckets, bytes: this.#bytes }
    this.#ring.take(totals, this.#clock.now())
  }

  #note(hit: PreparedResponse): void {
    this.#noted.push(hit)
    if (this.#noted.length >= NOTED_MAX) this.#countNoted()
  }

  #countNoted(): void {
    const noted = this.#noted
    if (noted.length === 0) return
    this.#noted = []
    for (const hit of noted) {
      const { response, wire, served: times, addedBytes } = hit
      hit.served = 0
      hit.addedBytes = 0
      const { decision, status } = response
      const bytes = (wire === undefined ? 0 : wire.bytes.length + (wire.body?.length ?? 0)) * times + addedBytes
      const index = outcomeIndex(decision.outcome)
      this.#reasons.add(decision, times)
      this.#countAnswers(index, status, times)
      // It was written in the turn in which it was read: that is below what is told apart.
      this.#countWhole(index, 0, times)
      this.#firstBytes[index]!.add(0, times)
      this.#bytes += bytes
      const page = this.#pagesOfKeys.of(decision)
      if (page !== undefined) this.#countPage(page, index, bytes, times)
    }
  }

  #countAnswers(index: number, status: number, times: number): void {
    this.#outcomes[index]! += times
    this.#statuses[index * 6 + Math.min(5, Math.floor(status / 100))]! += times
  }

  #countWhole(index: number, ms: number, times: number): void {
    this.#wholes[index]!.add(ms, times)
    this.#all.add(ms, times)
  }

  #countPage(page: Page, index: number, bytes: number, times: number): void {
    const host = this.#host(page.authority)
    host.outcomes[index]! += times
    host.bytes += bytes
    this.#pages.served(page, times, isFromCache(OUTCOMES[index]!) ? times : 0, bytes)
  }

  #host(authority: string): HostTotals {
    if (this.#lastHost?.authority === authority) return this.#lastHost
    const name = this.#hosts.has(authority) || this.#hosts.size < HOSTS_MAX ? authority : OTHER_HOSTS
    let host = this.#hosts.get(name)
    if (host === undefined) {
      host = { authority: name, outcomes: new Float64Array(OUTCOMES.length), bytes: 0 }
      this.#hosts.set(name, host)
    }
    this.#lastHost = host
    return host
  }
}

/** Of an exchange without a key. */
function pageOf({ scheme, authority, target }: ExchangeRecord): Page | undefined {
  return authority === '' ? undefined : new Page(authority, `${scheme}://${authority}${target}`)
}

/** No authority has a space. */
const OTHER_HOSTS = 'other hosts'

function isFromCache(outcome: Outcome): boolean {
  return outcome === 'hit' || outcome === 'stale' || outcome === 'revalidated'
}

import type { Decision } from '../request/proxy-response.ts'
import { HeavyHitters, type Hitter } from './heavy-hitters.ts'
import { reasonOf } from './outcomes.ts'

/** How many pages each list is sure to hold, and how long a window of them lasts. */
const PAGES_MAX = 500
const WINDOW_MS = 5 * 60_000
/** Longer URLs are not listed: a client can make up any number of them. */
const URL_LENGTH_MAX = 1_024
/** Reasons that are told apart for one page. */
const REASONS_MAX = 8

/** One page of a list, plain data. Counts never say too little, and at most `excess` too much. */
export interface PageByTraffic {
  readonly url: string
  readonly requests: number
  readonly hits: number
  readonly bytes: number
  readonly excess: number
}

export interface PageByMisses {
  readonly url: string
  readonly misses: number
  /** How often for which reason; the word of `Cache-Status`. */
  readonly reasons: Readonly<Record<string, number>>
  readonly excess: number
}

export interface PageByOriginTime {
  readonly url: string
  /** Time that visitors waited for the first byte because the origin was asked, together. */
  readonly waitedMs: number
  readonly requests: number
  readonly longestMs: number
  readonly excess: number
}

export interface PageLists {
  /** Since when they count, milliseconds since the epoch. */
  readonly sinceMs: number
  readonly traffic: readonly PageByTraffic[]
  readonly misses: readonly PageByMisses[]
  readonly slow: readonly PageByOriginTime[]
}

type Traffic = Hitter<{ requests: number; hits: number; bytes: number }>
type Misses = Hitter<Map<string, number>>
type Slow = Hitter<{ requests: number; longestMs: number }>

/** A page that is counted, and where it stood in the lists the last time. */
export class Page {
  readonly authority: string
  readonly url: string
  traffic: Traffic | undefined
  misses: Misses | undefined
  slow: Slow | undefined

  constructor(authority: string, url: string) {
    this.authority = authority
    this.url = url
  }
}

class Window {
  readonly sinceMs: number
  readonly traffic = new HeavyHitters<Traffic['extra']>(PAGES_MAX, () => ({ requests: 0, hits: 0, bytes: 0 }))
  readonly misses = new HeavyHitters<Misses['extra']>(PAGES_MAX, () => new Map())
  readonly slow = new HeavyHitters<Slow['extra']>(PAGES_MAX, () => ({ requests: 0, longestMs: 0 }))

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs
  }
}

/** What was asked for how often, in the last five to ten minutes. */
export class Pages {
  #current: Window
  #before: Window

  constructor(nowMs: number) {
    this.#current = new Window(nowMs)
    this.#before = this.#current
  }

  /** Begins a new window when the current one is old. */
  tick(nowMs: number): void {
    if (nowMs - this.#current.sinceMs < WINDOW_MS) return
    this.#before = this.#current
    this.#current = new Window(nowMs)
  }

  served(page: Page, requests: number, hits: number, bytes: number): void {
    if (page.url.length > URL_LENGTH_MAX) return
    page.traffic = this.#current.traffic.add(page.url, requests, page.traffic)
    const counts = page.traffic?.extra
    if (counts === undefined) return
    counts.requests += requests
    counts.hits += hits
    counts.bytes += bytes
  }

  missed(page: Page, decision: Decision): void {
    if (page.url.length > URL_LENGTH_MAX) return
    page.misses = this.#current.misses.add(page.url, 1, page.misses)
    const reasons = page.misses?.extra
    if (reasons === undefined) return
    const word = reasonOf(decision)
    const before = reasons.get(word)
    if (before !== undefined || reasons.size < REASONS_MAX) reasons.set(word, (before ?? 0) + 1)
  }

  waited(page: Page, ms: number): void {
    if (page.url.length > URL_LENGTH_MAX) return
    page.slow = this.#current.slow.add(page.url, ms, page.slow)
    const counts = page.slow?.extra
    if (counts === undefined) return
    counts.requests++
    counts.longestMs = Math.max(counts.longestMs, ms)
  }

  lists(limit: number): PageLists {
    const windows = this.#windows
    const all = <T>(of: (window: Window) => Iterable<T>): T[] => windows.flatMap((window) => [...of(window)])
    return {
      sinceMs: this.#before.sinceMs,
      traffic: topTraffic(all((window) => window.traffic.all()).map(byTraffic), limit),
      misses: topMisses(all((window) => window.misses.all()).map(byMisses), limit),
      slow: topSlow(all((window) => window.slow.all()).map(byOriginTime), limit),
    }
  }

  /** How often it was a hit lately; undefined when it is not among the busiest. */
  hitsOf(url: string): number | undefined {
    const found = this.#windows.flatMap((window) => window.traffic.get(url) ?? [])
    return found.length === 0 ? undefined : found.reduce((total, { extra }) => total + extra.hits, 0)
  }

  /** Why it was no hit lately, most frequent first. */
  reasonsFor(url: string): string[] {
    const found = this.#windows.flatMap((window) => window.misses.get(url) ?? [])
    const [merged] = topMisses(found.map(byMisses), 1)
    return Object.entries(merged?.reasons ?? {})
      .sort(([, one], [, other]) => other - one)
      .map(([word]) => word)
  }

  get #windows(): readonly Window[] {
    return this.#before === this.#current ? [this.#current] : [this.#before, this.#current]
  }
}

function byTraffic({ id, weight, excess, extra }: Traffic): PageByTraffic {
  return { url: id, requests: weight, hits: extra.hits, bytes: extra.bytes, excess }
}

function byMisses({ id, weight, excess, extra }: Misses): PageByMisses {
  return { url: id, misses: weight, reasons: Object.fromEntries(extra), excess }
}

function byOriginTime({ id, weight, excess, extra }: Slow): PageByOriginTime {
  return { url: id, waitedMs: weight, requests: extra.requests, longestMs: extra.longestMs, excess }
}

/** Lists of several threads as one. */
export function mergedPages(lists: readonly PageLists[], limit: number): PageLists {
  return {
    sinceMs: Math.min(...lists.map(({ sinceMs }) => sinceMs)),
    traffic: topTraffic(
      lists.flatMap(({ traffic }) => traffic),
      limit,
    ),
    misses: topMisses(
      lists.flatMap(({ misses }) => misses),
      limit,
    ),
    slow: topSlow(
      lists.flatMap(({ slow }) => slow),
      limit,
    ),
  }
}

function topTraffic(pages: readonly PageByTraffic[], limit: number): PageByTraffic[] {
  const merged = byUrl(pages, (one, other) => ({
    url: one.url,
    requests: one.requests + other.requests,
    hits: one.hits + other.hits,
    bytes: one.bytes + other.bytes,
    excess: one.excess + other.excess,
  }))
  return merged.sort((one, other) => other.requests - one.requests).slice(0, limit)
}

function topMisses(pages: readonly PageByMisses[], limit: number): PageByMisses[] {
  const merged = byUrl(pages, (one, other) => ({
    url: one.url,
    misses: one.misses + other.misses,
    reasons: summedReasons(one.reasons, other.reasons),
    excess: one.excess + other.excess,
  }))
  return merged.sort((one, other) => other.misses - one.misses).slice(0, limit)
}

function topSlow(pages: readonly PageByOriginTime[], limit: number): PageByOriginTime[] {
  const merged = byUrl(pages, (one, other) => ({
    url: one.url,
    waitedMs: one.waitedMs + other.waitedMs,
    requests: one.requests + other.requests,
    longestMs: Math.max(one.longestMs, other.longestMs),
    excess: one.excess + other.excess,
  }))
  return merged.sort((one, other) => other.waitedMs - one.waitedMs).slice(0, limit)
}

function byUrl<T extends { readonly url: string }>(pages: readonly T[], sum: (one: T, other: T) => T): T[] {
  const merged = new Map<string, T>()
  for (const page of pages) {
    const known = merged.get(page.url)
    merged.set(page.url, known === undefined ? page : sum(known, page))
  }
  return [...merged.values()]
}

function summedReasons(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>) {
  const sum = new Map(Object.entries(one))
  for (const [word, count] of Object.entries(other)) sum.set(word, (sum.get(word) ?? 0) + count)
  return Object.fromEntries(sum)
}

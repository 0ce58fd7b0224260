import type { Learned, LearnedExchange } from './learned.ts'
import type { LoggedRequest } from './log-line.ts'
import type { Prediction } from './request-counts.ts'
import type { SimulationResult } from './simulation.ts'

/** What live traffic shows and no log: the real reasons. Counts are scaled up where only some pages are remembered. */
export interface LiveFindings {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number
  readonly sample: number
  readonly exchanges: number
  /** Why requests were no hits; most frequent first. */
  readonly reasons: readonly (readonly [word: string, count: number])[]
  /** Pages that were fetched and not stored; most frequent first. */
  readonly unstored: readonly UnstoredPage[]
  /** Cookies of requests whose responses were not stored because of them; most frequent first. */
  readonly cookies: readonly (readonly [name: string, count: number])[]
}

export interface UnstoredPage {
  /** Host and path. */
  readonly page: string
  readonly requests: number
  readonly reason: string
}

const PAGES_MAX = 20
const COOKIES_MAX = 20

/** As a log would have it; cookies have a value that says nothing. */
export function loggedOf({ cookies, reason, lifetimeSeconds, ...exchange }: LearnedExchange): LoggedRequest {
  const cookie = cookies.length === 0 ? undefined : cookies.map((name) => `${name}=-`).join('; ')
  return { ...exchange, cookie, known: { reason, lifetimeSeconds } }
}

export function liveFindings({ sinceMs, sample, exchanges }: Learned): LiveFindings {
  const reasons = new Map<string, number>()
  const pages = new Map<string, UnstoredPage>()
  const cookies = new Map<string, number>()
  for (const { authority, target, reason, lifetimeSeconds, cookies: names } of exchanges) {
    increase(reasons, reason, sample)
    if (lifetimeSeconds !== undefined) continue
    const page = authority + target.split('?', 1)[0]!
    const before = pages.get(`${reason} ${page}`)?.requests ?? 0
    pages.set(`${reason} ${page}`, { page, requests: before + sample, reason })
    if (reason === 'consent') for (const name of new Set(names)) increase(cookies, name, sample)
  }
  return {
    sinceMs,
    sample,
    exchanges: exchanges.length,
    reasons: mostFrequent(reasons),
    unstored: [...pages.values()].sort((one, other) => other.requests - one.requests).slice(0, PAGES_MAX),
    cookies: mostFrequent(cookies).slice(0, COOKIES_MAX),
  }
}

function increase(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

function mostFrequent(counts: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...counts].sort((one, other) => other[1] - one[1])
}

/** What was counted, hits and all. */
export function counted({ minutes }: Learned): Prediction {
  const sum = (of: (one: Learned['minutes'][number]) => number): number =>
    minutes.reduce((total, one) => total + of(one), 0)
  const peak = (of: (one: Learned['minutes'][number]) => number): number => Math.max(0, ...minutes.map(of))
  return {
    requests: sum(({ requests }) => requests),
    hits: sum(({ hits }) => hits),
    originRequests: sum(({ originRequests }) => originRequests),
    peakRequestsPerMinute: peak(({ requests }) => requests),
    peakOriginPerMinute: peak(({ originRequests }) => originRequests),
  }
}

/**
 * What another configuration would have made of it: what was counted, less what a replay of the exchanges that were no hits
 * saves. Both are replayed alike, so that what a replay cannot know (joined requests, evictions, purges) takes itself out.
 */
export function predicted(
  now: Prediction,
  { before, after, sample }: { before: SimulationResult; after: SimulationResult; sample: number },
): SimulationResult {
  const saved = (after.hits - before.hits) * sample
  const savedAtOrigin = (before.originRequests - after.originRequests) * sample
  const partLeft = before.peakOriginPerMinute === 0 ? 1 : after.peakOriginPerMinute / before.peakOriginPerMinute
  return {
    ...after,
    requests: now.requests,
    hits: within(now.hits + saved, now.requests),
    originRequests: Math.max(0, now.originRequests - savedAtOrigin),
    peakRequestsPerMinute: now.peakRequestsPerMinute,
    peakOriginPerMinute: Math.round(now.peakOriginPerMinute * partLeft),
  }
}

function within(count: number, max: number): number {
  return Math.min(max, Math.max(0, count))
}

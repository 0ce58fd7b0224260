import type { Learned } from '../advise/learned.ts'
import type { Config, ListenAddress, LogLevel } from '../config/config.ts'
import type { PurgeOrder } from '../invalidate/orders.ts'
import type { Problem } from '../log/recent-problems.ts'
import type { PageLists } from '../metrics/pages.ts'
import type { Seconds } from '../metrics/seconds.ts'
import type { ThreadSnapshot } from '../metrics/thread-snapshot.ts'
import type { HostCounts } from '../metrics/traffic-counts.ts'
import type { Explanation, StoredView } from '../proxy/explain.ts'
import type { PurgeReport } from '../proxy/invalidator.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import type { AskedRequest } from './asked-request.ts'
import type { SiteCounts } from './site-counts.ts'
import type { StoredPages, StoredSearch, StoredVariant } from './stored-pages.ts'

/** What becomes of a prepared reload. */
export type ReloadStep = 'commit' | 'abandon'

/** `drain`: it gets nothing new. `enable`: it gets its share again. */
export interface OriginOrder {
  readonly origin: string
  /** Where several pools have one of this name. */
  readonly pool: string | undefined
  readonly order: 'drain' | 'enable'
}

export interface StoredFor {
  readonly key: string
  readonly bytes: number
  readonly variants: readonly StoredVariant[]
  /** Of the page, in the last five to ten minutes; undefined when it is not among the busiest. */
  readonly hits: number | undefined
}

interface Call<Q, A> {
  readonly question: Q
  readonly answer: A
}

/** Everything a thread can be asked for. Questions and answers are plain data: they pass through a message port. */
export interface Calls {
  readonly counts: Call<undefined, SiteCounts>
  /** Of the listening sockets, in the order of `listen`; empty where no other process can get them. */
  readonly descriptors: Call<undefined, readonly number[]>
  /** Writes memory down for a successor, or removes what was written. */
  readonly leaveSnapshot: Call<'write' | 'remove', undefined>
  /** What a predecessor has invalidated since it wrote down its memory. */
  readonly invalidate: Call<readonly Invalidation[], undefined>
  /** Gets ready for another configuration; answered with where the thread would listen. */
  readonly prepareReload: Call<Config, readonly ListenAddress[]>
  readonly finishReload: Call<ReloadStep, undefined>
  /** All counters, and the state of all parts. */
  readonly snapshot: Call<undefined, ThreadSnapshot>
  /** What happened in each of the last so many seconds. */
  readonly seconds: Call<{ readonly count: number }, Seconds>
  /** Traffic by host. */
  readonly hosts: Call<undefined, readonly HostCounts[]>
  /** Warnings and worse that were logged lately, the latest first. */
  readonly problems: Call<undefined, readonly Problem[]>
  /** Sets the level of the log where one is given. */
  readonly logLevel: Call<{ readonly set: LogLevel | undefined }, LogLevel>
  /** Takes an origin out, or in again. */
  readonly setOrigin: Call<OriginOrder, { readonly found: boolean }>
  /** What would happen to a request, and why it was no hit lately. */
  readonly explain: Call<AskedRequest, { readonly explanation: Explanation; readonly lately: readonly string[] }>
  /** What the tiers behind memory have for a request; to be asked of one thread. */
  readonly findBehind: Call<AskedRequest, { readonly tier: string; readonly stored: StoredView } | undefined>
  /** Pages in memory. */
  readonly searchStored: Call<StoredSearch, StoredPages>
  /** What is in memory for a request: its key, all variants, and how often they were hits lately. */
  readonly storedFor: Call<AskedRequest, StoredFor>
  /** Makes something invalid everywhere: to be asked of one thread, which tells the others and the other boxes. */
  readonly purge: Call<{ readonly orders: readonly PurgeOrder[]; readonly from: string }, PurgeReport>
  /** Pages by traffic, misses and time spent at the origin. */
  readonly pages: Call<{ readonly limit: number }, PageLists>
  /** What was learned for advice; undefined where `learn` is off. */
  readonly learned: Call<undefined, Learned | undefined>
}

export type CallName = keyof Calls
export type Question<Name extends CallName> = Calls[Name]['question']
export type Answer<Name extends CallName> = Calls[Name]['answer']

/** What a site answers with. */
export type CallHandlers = {
  readonly [Name in CallName]: (question: Question<Name>) => Answer<Name> | Promise<Answer<Name>>
}

/** One call as it goes to another thread. Which question belongs to which name was checked where it was asked. */
export interface CallMessage {
  readonly id: number
  readonly name: CallName
  readonly question: unknown
}

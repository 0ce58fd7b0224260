import type { Config, ListenAddress } from '../config/config.ts'
import type { SiteCounts } from './site-counts.ts'

/** What becomes of a prepared reload. */
export type ReloadStep = 'commit' | 'abandon'

interface Call<Q, A> {
  readonly question: Q
  readonly answer: A
}

/** Everything a thread can be asked for. Questions and answers are plain data: they pass through a message port. */
export interface Calls {
  readonly counts: Call<undefined, SiteCounts>
  /** Gets ready for another configuration; answered with where the thread would listen. */
  readonly prepareReload: Call<Config, readonly ListenAddress[]>
  readonly finishReload: Call<ReloadStep, undefined>
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

import type { PreparedResponse } from '../respond/prepared-response.ts'
import type { AnsweredHit, ExchangeRecord, LoggedExchange } from './exchange-record.ts'

/** The `onHitRecord` of those who do not want to hear: a lane that sees it makes no records of hits. */
export const NOBODY_LISTENS = (): void => {}

/** What the listeners tell to, and ask of, the parts that they must not know. */
export interface ListenerHooks {
  /** An exchange has ended, other than one that `onHit` was told of. */
  readonly onExchange: (record: ExchangeRecord) => void
  /** A hit was answered in the moment it was read. Called for each, so it must cost next to nothing. */
  readonly onHit: (hit: PreparedResponse, answered: AnsweredHit) => void
  /** The exchange of such a hit has ended. Not called, and no record made, where it is `NOBODY_LISTENS`. */
  readonly onHitRecord: (record: LoggedExchange) => void
  /** A connection was closed unread because there are too many. */
  readonly onConnectionRefused: (reason: 'connections' | 'connections-per-address') => void
  /** A connection could not be accepted: most likely too many open files. At most one call a second. */
  readonly onAcceptError: (error: Error) => void
  /** A fault of the program itself: the request got a 500. */
  readonly onInternalError: (error: unknown) => void
}

export const SILENT_HOOKS: ListenerHooks = {
  onExchange: NOBODY_LISTENS,
  onHit: NOBODY_LISTENS,
  onHitRecord: NOBODY_LISTENS,
  onConnectionRefused: () => {},
  onAcceptError: () => {},
  onInternalError: () => {},
}

import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ExchangeRecord } from './exchange-record.ts'

/** The `onExchange` of those who do not want to hear: a lane that sees it makes no records. */
export const NOBODY_LISTENS = (): void => {}

/** What the listeners tell to, and ask of, the parts that they must not know. */
export interface ListenerHooks {
  /** An exchange has ended. */
  readonly onExchange: (record: ExchangeRecord) => void
  /** Where a WebSocket goes: the URL of a member (its path is put in front), or undefined to treat it as an ordinary request. */
  readonly tunnelTarget: (request: TunnelRequest) => URL | undefined
  /** A connection was closed unread because there are too many. */
  readonly onConnectionRefused: (reason: 'connections' | 'connections-per-address') => void
  /** A connection could not be accepted: most likely too many open files. At most one call a second. */
  readonly onAcceptError: (error: Error) => void
  /** A fault of the program itself: the request got a 500. */
  readonly onInternalError: (error: unknown) => void
}

/** A request for a tunnel: it has no body and no exchange. */
export type TunnelRequest = Omit<ProxyRequest, 'body' | 'exchange'>

export const SILENT_HOOKS: ListenerHooks = {
  onExchange: NOBODY_LISTENS,
  tunnelTarget: () => undefined,
  onConnectionRefused: () => {},
  onAcceptError: () => {},
  onInternalError: () => {},
}

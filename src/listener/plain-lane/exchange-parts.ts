import type { RequestHead } from '../../http1/head.ts'
import type { Pass } from '../../proxy/pass-at-once.ts'
import type { NormalisedRequest } from '../../request/normalise.ts'
import type { Connection } from '../connection.ts'
import type { LaneContext } from '../lane-context.ts'

export interface PlainExchangeParts {
  readonly lane: LaneContext
  readonly connection: Connection
  readonly head: RequestHead
  readonly owner: ExchangeOwner
  /** A request that is known to be passed; undefined goes the general way. */
  readonly pass: KnownPass | undefined
}

/** Who reads the connection. */
export interface ExchangeOwner {
  /** The exchange is over and the connection fit for the next. */
  onDone(): void
  /** The core reads the body (again): `readBody` takes what there is of it. */
  onBodyWanted(): void
}

/** How it is passed, and what it says. */
export interface KnownPass {
  readonly way: Pass
  readonly request: NormalisedRequest
}

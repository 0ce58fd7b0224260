import type { RequestHead } from '../../http1/head.ts'
import type { ShortWay } from '../../proxy/short-way.ts'
import type { NormalisedRequest } from '../../request/normalise.ts'
import type { Connection } from '../connection.ts'
import type { LaneContext } from '../lane-context.ts'

/** Where a request is answered. */
export interface PlainWorkParts {
  readonly lane: LaneContext
  readonly connection: Connection
  readonly owner: ExchangeOwner
}

export interface PlainExchangeParts extends PlainWorkParts {
  readonly head: RequestHead
  /** A request whose way is known; undefined goes the general one. */
  readonly known: KnownWay | undefined
}

/** Who reads the connection. */
export interface ExchangeOwner {
  /** The exchange is over and the connection fit for the next. */
  onDone(): void
  /** The core reads the body (again): `readBody` takes what there is of it. */
  onBodyWanted(): void
}

/** How it is answered, and what it says. */
export interface KnownWay {
  readonly way: ShortWay
  readonly request: NormalisedRequest
}

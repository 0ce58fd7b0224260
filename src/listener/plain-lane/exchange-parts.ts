import type { ShortWay } from '../../proxy/short-way.ts'
import type { NormalisedRequest } from '../../request/normalise.ts'
import type { Connection } from '../connection.ts'
import type { LaneContext } from '../lane-context.ts'

/** Who reads the connection on which a request is answered. */
export interface ExchangeOwner {
  readonly context: LaneContext
  readonly connection: Connection
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

import { KeptHead } from '../../http1/kept-head.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { type ConnectionNotes, PassByTemplate } from '../../proxy/pass-by-template.ts'
import type { ShortWay } from '../../proxy/short-way.ts'
import type { Connection } from '../connection.ts'
import type { ExchangeOwner } from './exchange-parts.ts'
import { connectionPlace, goesOnAsItCame } from './goes-on-as-it-came.ts'
import { HeadExchange } from './head-exchange.ts'
import { PlainExchange } from './plain-exchange.ts'
import type { PlainLane } from './plain-lane.ts'
import type { PlainWork } from './plain-work.ts'
import { FIELD } from './request-fields.ts'

/** Where a request was read. */
export interface ReadOn extends ExchangeOwner {
  readonly lane: PlainLane
  readonly connection: Connection
  readonly notes: ConnectionNotes
}

/** What answers the request that was just looked through, on the way that is known for it. */
export function makeExchange(readOn: ReadOn, request: ScannedRequest, way: ShortWay | undefined): PlainWork {
  const asBytes = way instanceof PassByTemplate ? makeHeadExchange(readOn, request, way) : undefined
  return asBytes ?? makePlainExchange(readOn, request, way)
}

/** With all strings of the request. */
export function makePlainExchange(readOn: ReadOn, request: ScannedRequest, way?: ShortWay): PlainExchange {
  const { lane, connection } = readOn
  const text = request.text()
  const head = request.head(text)
  const known = way && { way, request: lane.hits.normalised(connection, head, text) }
  return new PlainExchange({ lane: lane.context, connection, head, owner: readOn, known })
}

/** undefined for a request of which more has to be made than its bytes. */
function makeHeadExchange(readOn: ReadOn, request: ScannedRequest, way: PassByTemplate): HeadExchange | undefined {
  const { lane, connection, notes } = readOn
  const { context, fields, hits: found } = lane
  // One that is repeated is left to those who know how they combine.
  if (!found.knows('cookie') || !goesOnAsItCame(request, fields)) return undefined
  const head = new KeptHead(request, fields.place(FIELD.host), connectionPlace(fields))
  return new HeadExchange({ lane: context, connection, owner: readOn, way, head, found, notes })
}

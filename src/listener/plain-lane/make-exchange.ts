import { KeptHead } from '../../http1/kept-head.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { type ConnectionNotes, PassByTemplate } from '../../proxy/pass-by-template.ts'
import type { ShortWay } from '../../proxy/short-way.ts'
import type { ExchangeOwner } from './exchange-parts.ts'
import { HeadExchange } from './head-exchange.ts'
import type { KnownHead } from './known-heads.ts'
import { PlainExchange } from './plain-exchange.ts'
import type { PlainLane } from './plain-lane.ts'
import type { PlainWork } from './plain-work.ts'

/** Where a request was read. */
export interface ReadOn extends ExchangeOwner {
  readonly lane: PlainLane
  readonly notes: ConnectionNotes
}

/** What answers the request that was just looked through, on the way that is known for it. */
export function makeExchange(
  readOn: ReadOn,
  request: ScannedRequest,
  known: KnownHead,
  way: ShortWay | undefined,
): PlainWork {
  // A `Cookie` that is repeated is left to those who know how they combine.
  if (way instanceof PassByTemplate && readOn.lane.hits.knows('cookie') && known.goesOnAsItCame(request)) {
    return makeHeadExchange(readOn, request, known, way)
  }
  return makePlainExchange(readOn, request, way)
}

/** With all strings of the request. */
export function makePlainExchange(readOn: ReadOn, request: ScannedRequest, way?: ShortWay): PlainExchange {
  const { lane, connection } = readOn
  const text = request.text()
  const head = request.head(text)
  const known = way && { way, request: lane.hits.normalised(connection, head, text) }
  return new PlainExchange(readOn, head, known)
}

/** Without strings of its fields. */
function makeHeadExchange(
  readOn: ReadOn,
  request: ScannedRequest,
  known: KnownHead,
  way: PassByTemplate,
): HeadExchange {
  const { hits } = readOn.lane
  return new HeadExchange(readOn, way, new KeptHead(known.keptSection(request), hits.target), hits)
}

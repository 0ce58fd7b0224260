import type { Clock } from '../clock.ts'
import type { PurgeOrder } from '../invalidate/orders.ts'
import type { PurgeRecord } from '../proxy/answer-purge.ts'
import type { EventLog } from './event-log.ts'

/** Lines in a period; a deployment that purges ten thousand pages is not to bury everything else. */
const LINES_MAX = 50
const PERIOD_MS = 10_000
/** Orders that a line shows, and the length of what they say. */
const SHOWN_MAX = 3
const SHOWN_LENGTH_MAX = 200

/** Purges for the event log: a line for each, and above so many in ten seconds one for all others. */
export class PurgeLog {
  readonly #log: Pick<EventLog, 'info'>
  readonly #clock: Clock
  #lines = 0
  #rest = { purges: 0, orders: 0, matched: 0 }
  #cancelPeriod: (() => void) | undefined

  constructor(log: Pick<EventLog, 'info'>, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  report(record: PurgeRecord): void {
    this.#cancelPeriod ??= this.#clock.after(PERIOD_MS, () => this.#endPeriod())
    this.#lines++
    if (this.#lines <= LINES_MAX) {
      this.#log.info(details(record), 'purged')
      return
    }
    this.#rest.purges++
    this.#rest.orders += record.orders.length
    this.#rest.matched += record.report.matched
  }

  /** Says what was not said yet. */
  close(): void {
    this.#cancelPeriod?.()
    this.#endPeriod()
  }

  #endPeriod(): void {
    if (this.#rest.purges > 0) this.#log.info(this.#rest, 'purged more than is told one by one')
    this.#rest = { purges: 0, orders: 0, matched: 0 }
    this.#lines = 0
    this.#cancelPeriod = undefined
  }
}

function details({
  sender: { address, dialect },
  orders,
  report: { matched, threads, boxes, published },
}: PurgeRecord) {
  return {
    by: address,
    dialect,
    what: orders.slice(0, SHOWN_MAX).map(shown),
    orders: orders.length,
    matched,
    threads: `${threads.acknowledged}/${threads.asked}`,
    boxes: `${boxes.filter(({ acknowledged }) => acknowledged).length}/${boxes.length}`,
    published,
  }
}

function shown(order: PurgeOrder): string {
  const how = order.soft === undefined ? '' : order.soft ? 'soft ' : 'hard '
  return how + whatOf(order).slice(0, SHOWN_LENGTH_MAX)
}

function whatOf(order: PurgeOrder): string {
  switch (order.scope) {
    case 'uri':
      return order.uri
    case 'tag':
      return `tag ${order.tag}`
    case 'prefix':
      return `prefix ${order.prefix}`
    case 'pattern':
      return `pattern ${JSON.stringify(order.pattern)}`
    case 'everything':
      return 'everything'
  }
}

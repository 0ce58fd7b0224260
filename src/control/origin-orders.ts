import type { Config } from '../config/config.ts'
import type { OriginOrder } from './calls.ts'

/** What was ordered about origins since the start, the last order for each: for threads that are started later. */
export class OriginOrders {
  /** In the order in which they were given: one may name a pool, and another the same origin without it. */
  readonly #orders = new Map<string, OriginOrder>()

  get all(): readonly OriginOrder[] {
    return [...this.#orders.values()]
  }

  note(order: OriginOrder): void {
    this.forget(order)
    this.#orders.set(nameOf(order), order)
  }

  forget(order: OriginOrder): void {
    this.#orders.delete(nameOf(order))
  }

  /** Forgets what another configuration has ended: an order holds as long as its origin stays, and `drain` says the same of it. */
  adopt(before: Config, after: Config): void {
    for (const order of this.all) {
      if (configuredDrain(before, order) !== configuredDrain(after, order)) this.forget(order)
    }
  }
}

function nameOf({ pool, origin }: OriginOrder): string {
  return JSON.stringify([pool, origin])
}

/** undefined: no origin of this name is configured; it may be one of those that a name resolves to. */
function configuredDrain({ pools, origins }: Config, { pool, origin }: OriginOrder): boolean | undefined {
  const searched = [...pools, { name: 'origins', origins }].filter(({ name }) => pool === undefined || pool === name)
  const found = searched.flatMap((one) => one.origins).find(({ name }) => name === origin)
  return found && found.drain === true
}

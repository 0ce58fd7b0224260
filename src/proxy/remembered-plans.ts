import type { LinePlan, PlannedLine } from '../policy/plan.ts'
import { TextTable } from '../tables/text-table.ts'

/** Longer targets are planned each time: there may be very many, and all are the clients' to make up. */
const TARGET_LENGTH_MAX = 1024
/** Of lines whose plan depends on fields, each of which may have several: so many, where there may be more of others. */
const BY_FIELDS_MAX = 16_384

/**
 * Plans of request lines asked for again and again: making one, and the key, costs more than finding it. Two generations, of which
 * the older goes when the younger is full.
 */
export class RememberedPlans {
  readonly #plansMax: number
  #young = new TextTable<TextTable<LinePlan>>()
  #old = new TextTable<TextTable<LinePlan>>()
  /** Of the young generation; and of these, those that depend on fields. */
  #count = 0
  #byFields = 0
  /** The plans of the site that was asked for last, which is mostly the next one, too. */
  #site: TextTable<LinePlan> | undefined
  #siteOf: PlannedLine | undefined
  #last: LinePlan | undefined

  constructor(plansMax: number) {
    this.#plansMax = plansMax
  }

  get(line: PlannedLine): LinePlan | undefined {
    const plan = this.#siteOfLine(line)?.get(line.target)
    if (plan !== undefined || this.#old.size === 0) return plan
    const old = this.#old.get(siteKey(line))?.get(line.target)
    if (old !== undefined) this.set(line, old)
    return old
  }

  /** Whether it is worth remembering or not, the next to look at the line is mostly the same request on the general way. */
  hold(plan: LinePlan): void {
    this.#last = plan
  }

  /** That which is held, or remembered. */
  find(line: PlannedLine): LinePlan | undefined {
    const last = this.#last
    return last !== undefined && isSameLine(last.line, line) ? last : this.get(line)
  }

  set(line: PlannedLine, plan: LinePlan): void {
    if (line.target.length > TARGET_LENGTH_MAX) return
    if (this.#count >= this.#plansMax / 2 || this.#byFields >= BY_FIELDS_MAX / 2) {
      this.#old = this.#young
      this.#young = new TextTable()
      this.#count = 0
      this.#byFields = 0
      this.#siteOf = undefined
    }
    this.#count++
    if (!plan.isForAll) this.#byFields++
    let site = this.#siteOfLine(line)
    if (site === undefined) {
      site = new TextTable()
      this.#young.set(siteKey(line), site)
    }
    site.set(line.target, plan)
  }

  #siteOfLine(line: PlannedLine): TextTable<LinePlan> | undefined {
    const { method, scheme, authority } = line
    if (this.#siteOf !== undefined && isSameSite(this.#siteOf, line)) return this.#site
    if (this.#young.size === 0) return undefined
    const site = this.#young.get(siteKey(line))
    // Only a site that has plans is kept in mind: clients make up as many others as they like.
    if (site === undefined) return undefined
    this.#site = site
    this.#siteOf = { method, scheme, authority, target: '' }
    return site
  }
}

function isSameLine(one: PlannedLine, other: PlannedLine): boolean {
  return one.target === other.target && isSameSite(one, other)
}

function isSameSite(one: PlannedLine, other: PlannedLine): boolean {
  return one.authority === other.authority && one.method === other.method && one.scheme === other.scheme
}

function siteKey({ method, scheme, authority }: PlannedLine): string {
  return `${method} ${scheme}://${authority}`
}

import type { LinePlan, PlannedLine } from '../policy/plan.ts'

/**
 * Plans of request lines asked for again and again: making one, and the key, costs more than finding it. Two generations, of which
 * the older goes when the younger is full.
 */
export class RememberedPlans {
  readonly #plansMax: number
  #young = new Map<string, Map<string, LinePlan>>()
  #old = new Map<string, Map<string, LinePlan>>()
  #count = 0
  /** The plans of the site that was asked for last, which is mostly the next one, too. */
  #site: Map<string, LinePlan> | undefined
  #siteOf: PlannedLine | undefined

  constructor(plansMax: number) {
    this.#plansMax = plansMax
  }

  get(line: PlannedLine): LinePlan | undefined {
    const plan = this.#siteFor(line).get(line.target)
    if (plan !== undefined) return plan
    const old = this.#old.get(siteKey(line))?.get(line.target)
    if (old !== undefined) this.set(line, old)
    return old
  }

  set(line: PlannedLine, plan: LinePlan): void {
    if (++this.#count > this.#plansMax / 2) {
      this.#old = this.#young
      this.#young = new Map()
      this.#count = 1
      this.#siteOf = undefined
    }
    this.#siteFor(line).set(line.target, plan)
  }

  #siteFor(line: PlannedLine): Map<string, LinePlan> {
    const { method, scheme, authority } = line
    const last = this.#siteOf
    if (last !== undefined && last.authority === authority && last.method === method && last.scheme === scheme) {
      return this.#site!
    }
    const key = siteKey(line)
    let site = this.#young.get(key)
    if (site === undefined) {
      site = new Map()
      this.#young.set(key, site)
    }
    this.#site = site
    this.#siteOf = { method, scheme, authority, target: '' }
    return site
  }
}

function siteKey({ method, scheme, authority }: PlannedLine): string {
  return `${method} ${scheme}://${authority}`
}

import type { Plan } from '../policy/plan.ts'

/** What a plan depends on when the configuration keys by no field. */
export interface Planned {
  readonly method: string
  readonly scheme: string
  readonly authority: string
  readonly target: string
}

/**
 * Plans of targets asked for again and again: making one, and the key, costs more than finding it. Two generations, of which
 * the older goes when the younger is full.
 */
export class RememberedPlans {
  readonly #plansMax: number
  #young = new Map<string, Map<string, Plan>>()
  #old = new Map<string, Map<string, Plan>>()
  #count = 0
  /** The plans of the site that was asked for last, which is mostly the next one, too. */
  #site: Map<string, Plan> | undefined
  #siteOf: Planned | undefined

  constructor(plansMax: number) {
    this.#plansMax = plansMax
  }

  get(request: Planned): Plan | undefined {
    const plan = this.#siteFor(request).get(request.target)
    if (plan !== undefined) return plan
    const old = this.#old.get(siteKey(request))?.get(request.target)
    if (old !== undefined) this.set(request, old)
    return old
  }

  set(request: Planned, plan: Plan): void {
    if (++this.#count > this.#plansMax / 2) {
      this.#old = this.#young
      this.#young = new Map()
      this.#count = 1
      this.#siteOf = undefined
    }
    this.#siteFor(request).set(request.target, plan)
  }

  #siteFor(request: Planned): Map<string, Plan> {
    const { method, scheme, authority } = request
    const last = this.#siteOf
    if (last !== undefined && last.authority === authority && last.method === method && last.scheme === scheme) {
      return this.#site!
    }
    const key = siteKey(request)
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

function siteKey({ method, scheme, authority }: Planned): string {
  return `${method} ${scheme}://${authority}`
}

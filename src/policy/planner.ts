import type { CachingConfig } from '../config/config.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { mostWillingReading } from './path-reading.ts'
import type { CachePolicy, FieldChanges, Plan, Planner } from './plan.ts'
import { type CompiledRule, compileDefaults, compileRule, type RuleInput } from './rule.ts'

/** Compiles the caching settings and rules once. The planner keeps no state between requests. */
export function createPlanner({ defaults, rules }: CachingConfig): Planner {
  const last = compileDefaults(defaults)
  if (rules.length === 0) return (request) => new RulePlan(request, noRules, last, last)

  const compiled = rules.map(compileRule)
  return (request) => {
    const path = pathOf(request.target)
    const pathReading = mostWillingReading(path)
    const { late, deciding } = walk(compiled, last, { request, method: request.method, path, pathReading })
    const isPlain = request.method === 'GET'
    // The key of any other method is that of the GET it shares a stored response with (HEAD) or invalidates (POST).
    const keying = isPlain ? deciding : walk(compiled, last, { request, method: 'GET', path, pathReading }).deciding
    return new RulePlan(request, late, deciding, keying)
  }
}

const noRules: readonly CompiledRule[] = []

interface Walk {
  /** Rules before the deciding one that the response may yet meet. */
  readonly late: readonly CompiledRule[]
  readonly deciding: CompiledRule
}

function walk(rules: readonly CompiledRule[], last: CompiledRule, input: RuleInput): Walk {
  let late: CompiledRule[] | undefined
  for (const rule of rules) {
    if (!rule.matchesRequest(input)) continue
    if (!rule.isLate) return { late: late ?? noRules, deciding: rule }
    late ??= []
    late.push(rule)
  }
  return { late: late ?? noRules, deciding: last }
}

function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/** The plan for one request. The key is made when it is asked for, which a passed request rarely does. */
class RulePlan implements Plan {
  readonly kind: Plan['kind']
  readonly reason: string | undefined
  readonly rule: string | undefined
  readonly requestFields: FieldChanges
  readonly #request: ProxyRequest
  readonly #late: readonly CompiledRule[]
  readonly #deciding: CompiledRule
  readonly #keying: CompiledRule
  #key: string | undefined

  constructor(request: ProxyRequest, late: readonly CompiledRule[], deciding: CompiledRule, keying: CompiledRule) {
    const isCacheable = request.method === 'GET' || request.method === 'HEAD'
    this.kind = isCacheable && !deciding.isPass ? 'cache' : 'pass'
    this.reason = !isCacheable ? 'method' : deciding.isPass ? 'rule' : undefined
    this.rule = deciding.name
    this.requestFields = deciding.requestFields
    this.#request = request
    this.#late = late
    this.#deciding = deciding
    this.#keying = keying
  }

  get key(): string {
    this.#key ??= this.#keying.keyOf(this.#request)
    return this.#key
  }

  forResponse(status: number, contentType: string | undefined): CachePolicy {
    const rule = this.#late.find((candidate) => candidate.matchesResponse(status, contentType)) ?? this.#deciding
    return this.kind === 'pass' ? rule.policyOfPass : rule.policy
  }
}

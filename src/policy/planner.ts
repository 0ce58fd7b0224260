import type { CachingConfig } from '../config/config.ts'
import type { RawFields } from '../http/fields.ts'
import type { CookieHandling } from './cookies.ts'
import { type FieldReader, readerOf } from './field-reader.ts'
import { mostWillingReading } from './path-reading.ts'
import type { CachePolicy, FieldChanges, LinePlan, Plan, PlannedLine, Planner } from './plan.ts'
import { type CompiledRule, compileDefaults, compileRule, type RuleInput } from './rule.ts'

/**
 * Compiles the caching settings and rules once. The planner keeps no state between requests.
 *
 * It works in two steps: what a request line decides (`forLine`), which may be remembered, and what is left to the fields.
 */
export function createPlanner({ defaults, rules }: CachingConfig): Planner {
  const cookiesLookedAt = rules.flatMap(({ match }) => match.cookies)
  const last = compileDefaults(defaults, cookiesLookedAt)
  const compiled = rules.map((rule) => compileRule(rule, cookiesLookedAt))
  const forLine = (line: PlannedLine): LinePlan => planLine(line, compiled, last)
  return Object.assign((request: Parameters<Planner>[0]) => forLine(request).of(readerOf(request.fields)), { forLine })
}

function planLine(asked: PlannedLine, rules: readonly CompiledRule[], last: CompiledRule): LinePlan {
  const { method, scheme, authority, target } = asked
  // Of its own: the plan may be remembered, and who asks may be another request by then.
  const line = { method, scheme, authority, target }
  const path = pathOf(line.target)
  const input = { line, method: line.method, path, pathReading: rules.length === 0 ? path : mostWillingReading(path) }
  const candidates = candidatesFor(input, rules, last)
  // The key of any other method is that of the GET it shares a stored response with (HEAD) or invalidates (POST).
  const forKey = line.method === 'GET' ? candidates : candidatesFor({ ...input, method: 'GET' }, rules, last)
  return new RulesOfLine(line, candidates, forKey)
}

/** The rules that the line meets, up to the first that decides whatever the fields are. */
function candidatesFor(input: RuleInput, rules: readonly CompiledRule[], last: CompiledRule): readonly CompiledRule[] {
  const candidates: CompiledRule[] = []
  for (const rule of rules) {
    if (!rule.matchesLine(input)) continue
    candidates.push(rule)
    if (!rule.isLate && rule.matchesFields === undefined) return candidates
  }
  candidates.push(last)
  return candidates
}

function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/** Different decisions that one line may remember; keyed cookies and fields are the client's to invent. */
const PLANS_OF_LINE_MAX = 16
/** A longer decision is made each time. */
const MARK_LENGTH_MAX = 512

class RulesOfLine implements LinePlan {
  readonly line: PlannedLine
  readonly #candidates: readonly CompiledRule[]
  readonly #forKey: readonly CompiledRule[]
  readonly isForAll: boolean
  #plans: Map<string, Plan> | undefined
  /** The only one. */
  readonly #plan: Plan | undefined

  constructor(line: PlannedLine, candidates: readonly CompiledRule[], forKey: readonly CompiledRule[]) {
    this.line = line
    this.#candidates = candidates
    this.#forKey = forKey
    this.isForAll = candidates.every(isForAllFields) && (forKey === candidates || forKey.every(isForAllFields))
    this.#plan = this.isForAll ? this.#make(noField) : undefined
  }

  of(fieldOf: FieldReader): Plan {
    if (this.#plan !== undefined) return this.#plan
    const decision = this.#decide(fieldOf)
    this.#plans ??= new Map()
    const before = this.#plans.get(decision.mark)
    if (before !== undefined) return before
    const plan = new RulePlan(this.line, decision)
    if (decision.mark.length > MARK_LENGTH_MAX) return plan
    if (this.#plans.size >= PLANS_OF_LINE_MAX) this.#plans.clear()
    this.#plans.set(decision.mark, plan)
    return plan
  }

  #make(fieldOf: FieldReader): Plan {
    return new RulePlan(this.line, this.#decide(fieldOf))
  }

  #decide(fieldOf: FieldReader): Decision {
    const { late, deciding, mark } = walk(this.#candidates, fieldOf)
    const keying = this.#forKey === this.#candidates ? { deciding, mark: '' } : walk(this.#forKey, fieldOf)
    const passes = deciding.cookies.looks && deciding.cookies.passes(fieldOf('cookie'))
    const extras = keying.deciding.key.extrasOf?.(fieldOf)
    return {
      late,
      deciding,
      keying: keying.deciding,
      passes,
      extras,
      mark: `${mark}${passes ? 'p' : ''} ${keying.mark} ${extras ?? ''}`,
    }
  }
}

function noField(): undefined {
  return undefined
}

function isForAllFields({ matchesFields, cookies, key }: CompiledRule): boolean {
  return matchesFields === undefined && !cookies.looks && key.extrasOf === undefined
}

interface Decision extends Walk {
  readonly keying: CompiledRule
  /** A cookie says that this request is passed. */
  readonly passes: boolean
  readonly extras: string | undefined
}

interface Walk {
  /** Rules before the deciding one that the response may yet meet. */
  readonly late: readonly CompiledRule[]
  readonly deciding: CompiledRule
  /** Different for every other outcome among the same candidates. */
  readonly mark: string
}

const noRules: readonly CompiledRule[] = []

/** The last of the candidates takes whatever comes to it. */
function walk(candidates: readonly CompiledRule[], fieldOf: FieldReader): Walk {
  let late: CompiledRule[] | undefined
  let mark = ''
  for (const rule of candidates) {
    const isMet = rule.matchesFields === undefined || rule.matchesFields(fieldOf)
    if (rule.matchesFields !== undefined) mark += isMet ? '+' : '-'
    if (!isMet) continue
    if (!rule.isLate) return { late: late ?? noRules, deciding: rule, mark }
    late ??= []
    late.push(rule)
  }
  throw new Error('No rule was left to decide; the last one has no conditions')
}

/** The plan for one decision. The key is made when it is asked for, which a passed request rarely does. */
class RulePlan implements Plan {
  readonly kind: Plan['kind']
  readonly reason: string | undefined
  readonly rule: string | undefined
  readonly requestFields: FieldChanges
  readonly cookies: CookieHandling
  readonly readsResponseFields: boolean
  readonly #line: PlannedLine
  readonly #decision: Decision
  #key: string | undefined

  constructor(line: PlannedLine, decision: Decision) {
    const { method } = line
    const { late, deciding, passes } = decision
    const isCacheable = method === 'GET' || method === 'HEAD'
    this.kind = isCacheable && !deciding.isPass && !passes ? 'cache' : 'pass'
    this.reason = !isCacheable ? 'method' : deciding.isPass ? 'rule' : passes ? 'cookie' : undefined
    this.rule = deciding.name
    this.requestFields = deciding.requestFields
    this.cookies = deciding.cookies
    this.readsResponseFields = late.some((rule) => rule.readsResponseFields)
    this.#line = line
    this.#decision = decision
  }

  get key(): string {
    const { keying, extras } = this.#decision
    this.#key ??= keying.key.keyOf(this.#line, extras)
    return this.#key
  }

  forResponse(status: number, fields: RawFields): CachePolicy {
    const { late, deciding } = this.#decision
    const rule = late.find((candidate) => candidate.matchesResponse(status, fields)) ?? deciding
    return this.kind === 'pass' ? rule.policyOfPass : rule.policy
  }
}

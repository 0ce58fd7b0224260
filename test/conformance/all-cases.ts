import { requestDirectives, responseDirectives, targeted } from './cases/directives.ts'
import { age, expires, freshness } from './cases/freshness.ts'
import { fields, invalidation, partial } from './cases/others.ts'
import { selection, sharing } from './cases/selection.ts'
import { heuristics, statuses } from './cases/statuses.ts'
import { conditional, staleness, updating } from './cases/validation.ts'
import type { CaseGroup } from './conformance-case.ts'

/** All groups, in the order of RFC 9111. */
export const caseGroups: readonly CaseGroup[] = [
  sharing,
  statuses,
  fields,
  partial,
  selection,
  freshness,
  expires,
  age,
  heuristics,
  staleness,
  conditional,
  updating,
  invalidation,
  responseDirectives,
  requestDirectives,
  targeted,
]

/** Cases that are not met, and why. One that starts to be met is reported by its test. */
export const unmet: ReadonlyMap<string, string> = new Map([
  [
    'status-400-fresh',
    "An answer to one client's malformed request is not stored for others, whatever lifetime it claims (CPDoS).",
  ],
])

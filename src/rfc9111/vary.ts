import { firstValue, listMembers, lowerName, type RawFields } from '../http/fields.ts'
import { acceptsCoding, normalisedRequestValue, preferredLanguages } from './normalise.ts'
import type { SelectingField, StoredResponse } from './stored-response.ts'

/** Names that a `Vary` may have before its response is not worth storing: every one multiplies the variants. */
export const varyNamesMax = 16

/** Lower-case names that `Vary` nominates, each once, in order; `*` included where it is there (RFC 9110 §12.5.5). */
export function varyNames(responseFields: RawFields): readonly string[] {
  const members = listMembers(responseFields, 'vary')
  return members.length === 0 ? members : [...new Set(members.map(lowerName))]
}

/**
 * The selecting fields of a response to this request (RFC 9111 §4.1), sorted by name.
 *
 * @returns `'never'` when a member of `Vary` is `*`: such a response matches no other request
 */
export function selectingFields(
  responseFields: RawFields,
  requestFields: RawFields,
): readonly SelectingField[] | 'never' {
  const names = varyNames(responseFields)
  if (names.includes('*')) return 'never'
  const selecting = implicitlyVarying(responseFields, requestFields, names)
  if (selecting.length === 0) return NOTHING_SELECTS
  return selecting.toSorted().map((name) => ({ name, value: normalisedRequestValue(requestFields, name) }))
}

/** Most responses do not vary. */
const NOTHING_SELECTS: readonly SelectingField[] = []

/** Whether the request has the values that the stored response was selected by (RFC 9111 §4.1). */
export function matches(selecting: readonly SelectingField[], requestFields: RawFields): boolean {
  for (const field of selecting) {
    if (normalisedRequestValue(requestFields, field.name) !== field.value) return false
  }
  return true
}

/**
 * One string for each combination of values that a request has in the fields named: requests with equal keys select the same
 * variant of a resource that varies by these names.
 */
export function variantKey(names: readonly string[], requestFields: RawFields): string {
  return selectingKey(names.map((name) => ({ name, value: normalisedRequestValue(requestFields, name) })))
}

/** The same for the selecting fields of a stored response. */
export function selectingKey(selecting: readonly SelectingField[]): string {
  let key = ''
  for (const { name, value } of selecting) {
    key += value === undefined ? `${name};` : `${name}=${value.length}:${value};`
  }
  return key
}

type Selectable = Pick<StoredResponse, 'selecting' | 'fields' | 'dateMs' | 'responseTimeMs' | 'range'>

/**
 * Chooses the stored response for a request from those of one cache key (RFC 9111 §4.1): of those that match the most recent;
 * before that the whole rather than a part, equal values rather than a language that suits, and one with `Vary` rather than
 * the default of a site that forgot to send it.
 *
 * The most recent `Vary` is the rule of the resource: a response stored under another one answers only when it was selected by
 * at least the same names, and one without `Vary` only when it is newer. Otherwise a response from before the site began to
 * vary would go on being served to everyone.
 */
export function selectVariant<T extends Selectable>(stored: readonly T[], requestFields: RawFields): T | undefined {
  let rule: T | undefined
  for (const candidate of stored) {
    if (candidate.selecting.length > 0 && (rule === undefined || isNewer(candidate, rule))) rule = candidate
  }
  let best: T | undefined
  let bestRank = 0
  for (const candidate of stored) {
    if (!followsRule(candidate, rule)) continue
    const rank = rankFor(candidate, requestFields)
    if (rank > bestRank || (rank === bestRank && best !== undefined && isNewer(candidate, best))) {
      best = candidate
      bestRank = rank
    }
  }
  return best
}

function isNewer(candidate: Selectable, other: Selectable): boolean {
  return candidate.dateMs === other.dateMs
    ? candidate.responseTimeMs > other.responseTimeMs
    : candidate.dateMs > other.dateMs
}

function followsRule(candidate: Selectable, rule: Selectable | undefined): boolean {
  if (rule === undefined || rule === candidate) return true
  if (candidate.selecting.length === 0 && isNewer(candidate, rule)) return true
  return rule.selecting.every(
    ({ name }) => candidate.selecting.some((field) => field.name === name) || isImplicit(name, rule),
  )
}

/** Whether we added the name (`implicitlyVarying`): what `Vary` does not say is no rule for other responses. */
function isImplicit(name: string, stored: Selectable): boolean {
  return name === 'origin' && !varyNames(stored.fields).includes(name)
}

/** 0: does not answer this request; otherwise the higher the better. */
function rankFor(stored: Selectable, requestFields: RawFields): number {
  let equal = true
  for (const { name, value } of stored.selecting) {
    if (normalisedRequestValue(requestFields, name) === value) {
      // Codings are folded to classes, so the one that was chosen must be checked against what this client takes.
      if (name === 'accept-encoding' && !acceptsCoding(requestFields, firstValue(stored.fields, 'content-encoding'))) {
        return 0
      }
    } else if (name === 'accept-language' && prefersLanguage(requestFields, stored)) {
      equal = false
    } else {
      return 0
    }
  }
  return 1 + (stored.selecting.length > 0 ? 1 : 0) + (equal ? 2 : 0) + (stored.range === undefined ? 4 : 0)
}

/**
 * Whether the language of a stored response is one that the request prefers to all others (RFC 9110 §12.5.4): the origin has
 * it, so it would choose it for this request as it did for the other.
 */
function prefersLanguage(requestFields: RawFields, stored: Selectable): boolean {
  const languages = listMembers(stored.fields, 'content-language')
  const language = languages[0]
  if (language === undefined || languages.length > 1) return false
  return preferredLanguages(requestFields).includes(language.toLowerCase())
}

/**
 * Names of `Vary`, and `origin` where the response allows exactly the origin that asked: a site that reflects `Origin` and
 * forgets `Vary` would otherwise lock out, or let in, everyone else.
 */
function implicitlyVarying(
  responseFields: RawFields,
  requestFields: RawFields,
  names: readonly string[],
): readonly string[] {
  if (names.includes('origin')) return names
  const allowed = firstValue(responseFields, 'access-control-allow-origin')
  return allowed !== undefined && allowed === firstValue(requestFields, 'origin') ? [...names, 'origin'] : names
}

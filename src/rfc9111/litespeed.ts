import { hasField, listMembers, type RawFields } from '../http/fields.ts'
import { deltaSeconds } from './directive-syntax.ts'
import type { OriginField } from './freshness.ts'

/** What an origin says in `X-LiteSpeed-Cache-Control`, as far as it limits what this cache does. */
export interface LiteSpeedControl {
  /** `no-cache` means to LiteSpeed that nothing is stored. */
  readonly noStore: boolean
  readonly isPrivate: boolean
  /** undefined: it says none. A lifetime that cannot be read is zero. */
  readonly maxAgeSeconds: number | undefined
}

/**
 * Reads `X-LiteSpeed-Cache-Control`: `public|private|no-cache|no-store`, `max-age=`, `s-maxage=`; of several lifetimes the
 * shortest. `public` alone gives no consent that the lifetime does not give, `esi=on` and `no-vary` ask for nothing here: a
 * response that says `no-vary` beside `X-LiteSpeed-Vary` is held to the latter.
 *
 * @returns undefined without the field
 */
export function liteSpeedControl(fields: RawFields): LiteSpeedControl | undefined {
  if (!hasField(fields, 'x-litespeed-cache-control')) return undefined
  let noStore = false
  let isPrivate = false
  let maxAgeSeconds: number | undefined
  for (const member of listMembers(fields, 'x-litespeed-cache-control')) {
    // There are no quoted strings in it, so that no quote can hide a `private`.
    const name = /^[\w-]*/.exec(member)![0].toLowerCase()
    const argument = member.slice(name.length + 1)
    if (name === 'no-cache' || name === 'no-store') noStore = true
    else if (name === 'private') isPrivate = true
    else if (name === 'max-age' || name === 's-maxage') {
      maxAgeSeconds = Math.min(deltaSeconds(argument) ?? 0, maxAgeSeconds ?? Number.POSITIVE_INFINITY)
    }
  }
  return { noStore, isPrivate, maxAgeSeconds }
}

/**
 * The cookies that `X-LiteSpeed-Vary: cookie=NAME, cookie=NAME2` says a page differs by, in the spelling of the origin.
 *
 * @returns `'unknown'` when it differs by something else too, such as `value=ismobile`, which a server's own rules set
 */
export function liteSpeedVary(fields: RawFields): readonly string[] | 'unknown' {
  const names: string[] = []
  for (const member of listMembers(fields, 'x-litespeed-vary')) {
    const name = /^cookie\s*=\s*"?([^\s"=;]+)"?$/i.exec(member)?.[1]
    if (name === undefined) return 'unknown'
    names.push(name)
  }
  return names
}

/** What of the configuration decides about cookies that a page differs by. */
export interface AccountOfCookies {
  /** Those of the names that neither the key nor a reason to pass takes account of. */
  unaccounted(names: readonly string[]): readonly string[]
  hasOneOf(fields: RawFields, names: readonly string[]): boolean
}

/**
 * For whom a response is, by `X-LiteSpeed-Vary`: the cookies it differs by of which the configuration takes no account. It is
 * for those alone who have none of them. Empty: for all.
 *
 * @returns `'unknown'` when that cannot be told: for nobody but who asked
 */
export function unaccountedCookies(
  fields: RawFields,
  policy: { readonly originFields: readonly OriginField[] },
  cookies: AccountOfCookies,
): readonly string[] | 'unknown' {
  const names = policy.originFields.includes('litespeed') ? liteSpeedVary(fields) : NONE
  return names === 'unknown' || names.length === 0 ? names : cookies.unaccounted(names)
}

/** Whether a response that was made without such cookies would be another one for a request with these fields. */
export function differsFor(
  requestFields: RawFields,
  unaccounted: readonly string[] | 'unknown',
  cookies: AccountOfCookies,
): boolean {
  return unaccounted === 'unknown' || (unaccounted.length > 0 && cookies.hasOneOf(requestFields, unaccounted))
}

const NONE: readonly string[] = []

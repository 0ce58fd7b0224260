import { allValues, type RawFields } from '../http/fields.ts'

/** Methods that change nothing (RFC 9110 §9.2.1). Whatever is not known to be safe is not. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

export function isSafeMethod(method: string): boolean {
  return safeMethods.has(method)
}

export interface InvalidationInput {
  readonly method: string
  readonly scheme: string
  readonly authority: string
  /** Path and query. */
  readonly target: string
  readonly status: number
  readonly responseFields: RawFields
}

/**
 * What a response makes invalid (RFC 9111 §4.4): after an unsafe method and no error the target, and what `Location` and
 * `Content-Location` name on the same origin. Other origins are left alone, or anyone could empty anyone's cache.
 *
 * @returns path and query of each, on the request's scheme and authority; empty when nothing is invalidated
 */
export function invalidatedTargets(input: InvalidationInput): readonly string[] {
  if (isSafeMethod(input.method) || input.status < 200 || input.status > 399) return []
  const targets = new Set<string>()
  // `OPTIONS *` is safe; another method with `*` has no stored responses.
  if (input.target.startsWith('/')) targets.add(input.target)
  const base = `${input.scheme}://${input.authority}${input.target}`
  for (const name of ['location', 'content-location']) {
    for (const value of allValues(input.responseFields, name)) {
      const target = sameOriginTarget(value, base)
      if (target !== undefined) targets.add(target)
    }
  }
  return [...targets]
}

/** Path and query of a reference on the base's origin, undefined for another origin or what is no URI. */
export function sameOriginTarget(reference: string, base: string): string | undefined {
  if (!URL.canParse(reference, base)) return undefined
  const resolved = new URL(reference, base)
  return resolved.origin === new URL(base).origin ? resolved.pathname + resolved.search : undefined
}

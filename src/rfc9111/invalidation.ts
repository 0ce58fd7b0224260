import { allValues, type RawFields } from '../http/fields.ts'

/** Methods that change nothing (RFC 9110 §9.2.1). Whatever is not known to be safe is not. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

export function isSafeMethod(method: string): boolean {
  return safeMethods.has(method)
}

interface InvalidatingRequest {
  readonly method: string
  readonly scheme: string
  readonly authority: string
  /** Path and query. */
  readonly target: string
}

/**
 * What a response makes invalid (RFC 9111 §4.4): after an unsafe method and no error the target, and what `Location` and
 * `Content-Location` name on the same origin. Other origins are left alone, or anyone could empty anyone's cache.
 *
 * @returns path and query of each, on the request's scheme and authority; empty when nothing is invalidated
 */
export function invalidatedUris(
  request: InvalidatingRequest,
  response: { readonly status: number; readonly fields: RawFields },
): readonly string[] {
  if (isSafeMethod(request.method) || response.status < 200 || response.status > 399) return []
  // `OPTIONS *` is safe; another method with `*` has no stored responses.
  if (!request.target.startsWith('/')) return []
  const targets = new Set([request.target])
  const base = `${request.scheme}://${request.authority}${request.target}`
  for (const name of ['location', 'content-location']) {
    for (const value of allValues(response.fields, name)) {
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

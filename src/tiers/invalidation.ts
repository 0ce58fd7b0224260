import { firstValue } from '../http/fields.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Invalidatable } from './tier.ts'

/** One thing said to all boxes: what is no longer to be used. */
export interface Invalidation {
  /**
   * `changed` is a URI that an unsafe request changed, and is kept for validation. That, `tag` and `uri` are compared by their value;
   * what the others mean is decided by whoever gives `compile`.
   */
  readonly scope: 'changed' | 'tag' | 'uri' | 'prefix' | 'pattern' | 'everything'
  /**
   * A tag; a URI as `site.test/path?query` after the key's rules; `site.test/path` or, on any site, `/path`; a `Pattern` as JSON;
   * empty for everything.
   */
  readonly value: string
  /** Expire instead of purge: it may still be served where stale is allowed. */
  readonly soft: boolean
}

/** Whether something is concerned by an invalidation; compiled once, asked often. */
export interface InvalidationTest {
  /** Of something whose key alone is known: false when it cannot be concerned, whatever else will be known of it. */
  mayConcern(key: string): boolean
  /** What may be concerned is concerned: the key is all that it looks at. */
  readonly isByKey: boolean
  concerns(about: Invalidatable): boolean
}

/** What an invalidation looks at. */
export function invalidatable(key: string, { tags, fields }: Pick<StoredResponse, 'tags' | 'fields'>): Invalidatable {
  return { key, tags, contentType: firstValue(fields, 'content-type') }
}

/** Makes a test of an invalidation by URI, prefix or pattern. Undefined: it cannot be understood, and so concerns everything. */
export type CompileInvalidation = (invalidation: Invalidation) => ((about: Invalidatable) => boolean) | undefined

const scopes: readonly Invalidation['scope'][] = ['changed', 'tag', 'uri', 'prefix', 'pattern', 'everything']
/** Of a value; longer ones are not to be published. */
export const VALUE_LENGTH_MAX = 16_384

/** The fields of an entry of the log. */
export function toEntry({ scope, value, soft }: Invalidation, token: string): string[] {
  return ['scope', scope, 'value', value, 'soft', soft ? '1' : '0', 'token', token]
}

/**
 * Reads an entry back. One that this version does not understand is taken as if everything was purged: to lose a cache is better
 * than to serve what somebody wanted gone.
 */
export function fromEntry(fields: readonly string[]): { readonly invalidation: Invalidation; readonly token: string } {
  const read = new Map<string, string>()
  for (let i = 0; i + 1 < fields.length; i += 2) read.set(fields[i]!, fields[i + 1]!)
  const scope = scopes.find((known) => known === read.get('scope'))
  const value = read.get('value')
  const token = read.get('token') ?? ''
  if (scope === undefined || value === undefined || value.length > VALUE_LENGTH_MAX) {
    return { invalidation: { scope: 'everything', value: '', soft: false }, token }
  }
  return { invalidation: { scope, value, soft: read.get('soft') === '1' }, token }
}

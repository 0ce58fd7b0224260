import type { Invalidatable } from './tier.ts'

/** One thing said to all boxes: what is no longer to be used. */
export interface Invalidation {
  /** `key` and `tag` are compared here; what the others mean is decided by whoever gives `compile`. */
  readonly scope: 'key' | 'tag' | 'uri' | 'prefix' | 'pattern' | 'everything'
  /** Empty for everything. */
  readonly value: string
  /** Expire instead of purge: it may still be served where stale is allowed. */
  readonly soft: boolean
}

/** Makes a test of an invalidation by URI, prefix or pattern. Undefined: it cannot be understood, and so concerns everything. */
export type CompileInvalidation = (invalidation: Invalidation) => ((about: Invalidatable) => boolean) | undefined

const scopes: readonly Invalidation['scope'][] = ['key', 'tag', 'uri', 'prefix', 'pattern', 'everything']
const VALUE_LENGTH_MAX = 16_384

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

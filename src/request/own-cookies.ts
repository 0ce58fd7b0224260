import { hasField, lowerName, type RawFields } from '../http/fields.ts'

/**
 * Cookies that this proxy sets itself. They are between it and the visitor: neither a rule, nor the cache key, nor the origin
 * is to see them, and a visitor who has nothing else counts as one without cookies.
 */
export class OwnCookies {
  readonly #names: ReadonlySet<string>

  constructor(names: Iterable<string>) {
    this.#names = new Set(names)
  }

  /** @returns undefined when there are none of ours among the fields */
  takeOut(fields: RawFields): { readonly fields: RawFields; readonly own: readonly string[] } | undefined {
    if (!hasField(fields, 'cookie')) return undefined
    const own: string[] = []
    const kept: string[] = []
    for (let i = 0; i < fields.length; i += 2) {
      const isCookie = lowerName(fields[i]!) === 'cookie'
      const value = isCookie ? this.#withoutOwn(fields[i + 1]!, own) : fields[i + 1]!
      if (value !== '' || !isCookie) kept.push(fields[i]!, value)
    }
    return own.length === 0 ? undefined : { fields: kept, own }
  }

  /** What is left of one `Cookie` field; ours are added to `own`, name and value in turn. */
  #withoutOwn(value: string, own: string[]): string {
    const before = own.length
    const pairs = value.split(';').filter((pair) => {
      const equals = pair.indexOf('=')
      const name = pair.slice(0, equals).trim()
      if (equals === -1 || !this.#names.has(name)) return true
      own.push(name, pair.slice(equals + 1).trim())
      return false
    })
    return own.length === before ? value : pairs.join(';').trim()
  }
}

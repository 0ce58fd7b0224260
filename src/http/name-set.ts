import { lowerName, type RawFields } from './fields.ts'

/** A fixed set of field names, asked for in any case: nearly all others are turned away by their length. */
export class NameSet {
  readonly #names: ReadonlySet<string>
  /** One bit for each length, modulo 32. */
  readonly #lengths: number

  /** @param names in lower case */
  constructor(names: Iterable<string>) {
    this.#names = new Set(names)
    let lengths = 0
    for (const { length } of this.#names) lengths |= 1 << (length & 31)
    this.#lengths = lengths
  }

  has(name: string): boolean {
    return (this.#lengths & (1 << (name.length & 31))) !== 0 && this.#names.has(lowerName(name))
  }
}

/** The fields whose names are not in the set, order and duplicates kept; always a copy. */
export function fieldsWithout(fields: RawFields, names: NameSet): string[] {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!
    if (!names.has(name)) kept.push(name, fields[i + 1]!)
  }
  return kept
}

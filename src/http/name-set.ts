import { lowerName, type RawFields } from './fields.ts'

const KNOWN_MAX = 256
const KNOWN_LENGTH_MAX = 32

/** A fixed set of field names, asked for in any case: nearly all others are turned away by their length. */
export class NameSet {
  readonly #names: ReadonlySet<string>
  /** One bit for each length, modulo 32. */
  readonly #lengths: number
  /** As they were asked for: the same few come with every message. */
  readonly #known = new Map<string, boolean>()

  /** @param names in lower case */
  constructor(names: Iterable<string>) {
    this.#names = new Set(names)
    let lengths = 0
    for (const { length } of this.#names) lengths |= 1 << (length & 31)
    this.#lengths = lengths
  }

  has(name: string): boolean {
    return (this.#lengths & (1 << (name.length & 31))) !== 0 && (this.#known.get(name) ?? this.#find(name))
  }

  #find(name: string): boolean {
    const isIn = this.#names.has(lowerName(name))
    if (this.#known.size < KNOWN_MAX && name.length <= KNOWN_LENGTH_MAX) this.#known.set(name, isIn)
    return isIn
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

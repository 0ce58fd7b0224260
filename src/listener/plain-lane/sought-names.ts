import { goesOnFromAnybody } from '../../request/received-fields.ts'
import { FIELD, nameOf } from './request-fields.ts'

/** Fields that variants are commonly selected by, and plans made by: they go on as they are, whoever sent them. */
const COMMON: ReadonlyMap<string, number> = new Map(
  [
    ...[FIELD.accept, FIELD.acceptEncoding, FIELD.acceptLanguage],
    ...[FIELD.cookie, FIELD.origin, FIELD.referer, FIELD.userAgent],
  ].map((field) => [nameOf(field), field]),
)

/** What `indexOf` of a scanned request can look for. */
const FINDABLE = /^[a-z0-9-]+$/

/** `Vary` names them, and so does a configuration: there are few, unless an origin makes them up. */
const NAMES_MAX = 256

/** How a field is found: by its number among the `RequestFields`, or by its name as bytes. */
export type Sought = number | Uint8Array

/** The names of fields that are looked for in requests. */
export class SoughtNames {
  readonly #sought = new Map<string, Sought | undefined>(COMMON)

  /** @returns undefined for a name that cannot be looked for, or whose field may not go on as it was received */
  of(name: string): Sought | undefined {
    const known = this.#sought.get(name)
    if (known !== undefined || this.#sought.has(name)) return known
    const isReadable = FINDABLE.test(name) && goesOnFromAnybody(name)
    const sought = isReadable ? Buffer.from(name, 'latin1') : undefined
    if (this.#sought.size >= NAMES_MAX) this.#forget()
    this.#sought.set(name, sought)
    return sought
  }

  #forget(): void {
    this.#sought.clear()
    for (const [name, field] of COMMON) this.#sought.set(name, field)
  }
}

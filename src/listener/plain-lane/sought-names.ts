import { goesOnFromAnybody } from '../../request/received-fields.ts'

/** Fields that variants are commonly selected by, and plans made by: they go on as they are, whoever sent them. */
const COMMON: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'accept-language', 'cookie', 'origin', 'referer', 'user-agent'],
])

/** What `indexOf` of a scanned request can look for. */
const FINDABLE = /^[a-z0-9-]+$/

/** `Vary` names them, and so does a configuration: there are few, unless an origin makes them up. */
const NAMES_MAX = 256

/** The names of fields that are looked for in requests, as the bytes to look for. */
export class SoughtNames {
  readonly #bytes = new Map<string, Uint8Array | undefined>()

  /** @returns undefined for a name that cannot be looked for, or whose field may not go on as it was received */
  bytesOf(name: string): Uint8Array | undefined {
    const known = this.#bytes.get(name)
    if (known !== undefined || this.#bytes.has(name)) return known
    const isReadable = COMMON.has(name) || (FINDABLE.test(name) && goesOnFromAnybody(name))
    const bytes = isReadable ? Buffer.from(name, 'latin1') : undefined
    if (this.#bytes.size >= NAMES_MAX) this.#bytes.clear()
    this.#bytes.set(name, bytes)
    return bytes
  }
}

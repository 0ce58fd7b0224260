/**
 * Which keys are found under a name, as the stored responses of a tag: the other way round than responses have it. It holds what it
 * was given until that is taken back, and then nothing: whoever keeps it tells of everything that leaves.
 */
export class TagIndex {
  /** Most names lead to one key, which then needs no set of its own. */
  readonly #keys = new Map<string, string | Set<string>>()

  /** Names that lead to something. */
  get size(): number {
    return this.#keys.size
  }

  add(name: string, key: string): void {
    const known = this.#keys.get(name)
    if (known === undefined) this.#keys.set(name, key)
    else if (typeof known !== 'string') known.add(key)
    else if (known !== key) this.#keys.set(name, new Set([known, key]))
  }

  delete(name: string, key: string): void {
    const known = this.#keys.get(name)
    if (known === key) this.#keys.delete(name)
    if (known === undefined || typeof known === 'string') return
    known.delete(key)
    if (known.size === 0) this.#keys.delete(name)
  }

  /** The keys under a name, as they are now. */
  keysOf(name: string): readonly string[] {
    const known = this.#keys.get(name)
    if (known === undefined) return []
    return typeof known === 'string' ? [known] : [...known]
  }
}

const pathsMax = 200

/** How many requests have reached the demo site: the others were answered by the cache in front. */
export class Counts {
  #requests = 0
  readonly #byPath = new Map<string, number>()

  add(path: string): void {
    this.#requests += 1
    const known = this.#byPath.get(path)
    if (known !== undefined || this.#byPath.size < pathsMax) this.#byPath.set(path, (known ?? 0) + 1)
  }

  get requests(): number {
    return this.#requests
  }

  toJson(): string {
    const byPath = Object.fromEntries([...this.#byPath].sort(([, a], [, b]) => b - a))
    return `${JSON.stringify({ requests: this.#requests, byPath }, undefined, 2)}\n`
  }
}

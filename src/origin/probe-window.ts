export interface ProbeWindowSettings {
  /** The last so many probes count. */
  readonly window: number
  /** So many of them have to be good. */
  readonly threshold: number
  /** Before the first probe the member counts as well by exactly `threshold` good ones, or as sick by one too few. */
  readonly initially: 'well' | 'sick'
}

/** The results of the last probes of one member (as in Varnish: well while at least 3 of the last 8 were good). */
export class ProbeWindow {
  readonly #settings: ProbeWindowSettings
  /** The newest last. */
  readonly #results: boolean[]

  constructor(settings: ProbeWindowSettings) {
    this.#settings = settings
    const { window, threshold, initially } = settings
    // Old bad ones first, so that the good ones assumed are not what leaves the window next: a first bad probe
    // of an optimistic start is one bad probe, and one good probe of a pessimistic start is enough.
    const good = initially === 'well' ? threshold : threshold - 1
    this.#results = Array.from({ length: window }, (_, index) => index >= window - good)
  }

  get good(): number {
    return this.#results.filter(Boolean).length
  }

  get isWell(): boolean {
    return this.good >= this.#settings.threshold
  }

  record(good: boolean): void {
    this.#results.push(good)
    this.#results.shift()
  }
}

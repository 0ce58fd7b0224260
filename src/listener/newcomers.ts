/** So long the first of a wave waits for those behind it. */
const WAVE_MS = 10

/**
 * Connections just accepted, left unread while more come in. Node accepts one connection in each turn of its event loop: were
 * the first ones of a wave answered at once, they would ask again, and each would lengthen all the turns in which those
 * behind it are still to be accepted.
 */
export class Newcomers {
  #waiting: (() => void)[] = []
  #seen = 0
  #sinceMs = 0
  readonly #nowMs: () => number
  readonly #look = (): void => this.#beginUnlessMoreCame()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** @param begin reads the connection from now on */
  add(begin: () => void): void {
    if (this.#waiting.push(begin) > 1) return
    this.#sinceMs = this.#nowMs()
    this.#seen = 0
    setImmediate(this.#look)
  }

  #beginUnlessMoreCame(): void {
    const waiting = this.#waiting
    const isGrowing = waiting.length > this.#seen
    if (isGrowing && this.#nowMs() - this.#sinceMs < WAVE_MS) {
      this.#seen = waiting.length
      setImmediate(this.#look)
      return
    }
    this.#waiting = []
    for (const begin of waiting) begin()
  }
}

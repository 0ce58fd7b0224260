/**
 * Work of which one run at a time is under way. Whoever asks meanwhile shares the run behind it: that one begins after all of
 * them have asked, so it sees what they have done before.
 */
export class OneAtATime<T> {
  readonly #work: () => Promise<T>
  #isRunning = false
  #next: PromiseWithResolvers<T> | undefined

  constructor(work: () => Promise<T>) {
    this.#work = work
  }

  /** What comes of a run that begins now or later; one that fails does not keep the next from its turn. */
  run(): Promise<T> {
    if (!this.#isRunning) return this.#start()
    this.#next ??= Promise.withResolvers()
    return this.#next.promise
  }

  async #start(): Promise<T> {
    this.#isRunning = true
    try {
      return await this.#work()
    } finally {
      this.#isRunning = false
      const next = this.#next
      this.#next = undefined
      // At once: nobody gets in between.
      next?.resolve(this.#start())
    }
  }
}

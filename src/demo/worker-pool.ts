export interface WorkerPoolOptions {
  readonly workers: number
  /** Requests that wait for a worker; beyond it they are refused. */
  readonly queueMax: number
}

/**
 * What makes a small site fall over: so many workers, each busy with one page for its whole service time, and a queue.
 * As with PHP's, the work is mostly waiting, so here it is nothing else.
 */
export class WorkerPool {
  readonly size: number
  readonly #queueMax: number
  readonly #idle: number[]
  readonly #queue: ((worker: number) => void)[] = []

  constructor({ workers, queueMax }: WorkerPoolOptions) {
    this.size = workers
    this.#queueMax = queueMax
    this.#idle = Array.from({ length: workers }, (_, i) => workers - i)
  }

  /**
   * Takes a worker for `serviceMs`, after the wait for one.
   *
   * @returns the number of the worker, or undefined when the queue is full
   */
  async work(serviceMs: number): Promise<number | undefined> {
    if (this.#idle.length === 0 && this.#queue.length >= this.#queueMax) return undefined
    const worker = this.#idle.pop() ?? (await new Promise<number>((resolve) => this.#queue.push(resolve)))
    await new Promise((resolve) => setTimeout(resolve, serviceMs))
    const next = this.#queue.shift()
    if (next === undefined) this.#idle.push(worker)
    else next(worker)
    return worker
  }
}

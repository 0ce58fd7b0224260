export interface WriteQueueLimits {
  /** Waiting and under way together. */
  readonly bytesMax: number
  readonly writesMax: number
  readonly concurrency: number
}

export interface Write {
  /** Writes of one group are done one at a time, in order. */
  readonly group: string
  /** Of the writes that still wait under one name in a group only the last is done. */
  readonly name: string
  /** What it holds in memory; 0 is let in whatever the bytes already held. */
  readonly bytes: number
  /** Let in even when the queue is full: somebody else waits for it. Whoever adds such writes bounds their number. */
  readonly isOwed?: boolean
  /** Never rejects. */
  readonly run: () => Promise<void>
}

/** Writes that nobody waits for, bounded in number and bytes. */
export class WriteQueue {
  readonly #limits: WriteQueueLimits
  /** By group and name, the oldest first. */
  readonly #waiting = new Map<string, Write>()
  readonly #running = new Set<string>()
  #bytes = 0
  #idle: (() => void)[] = []

  constructor(limits: WriteQueueLimits) {
    this.#limits = limits
  }

  get length(): number {
    return this.#waiting.size + this.#running.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get isFull(): boolean {
    return this.length >= this.#limits.writesMax
  }

  /** @returns false: there is no room, and nothing was changed */
  add(write: Write): boolean {
    const id = `${write.group}\n${write.name}`
    const replaced = this.#waiting.get(id)
    const bytes = this.#bytes + write.bytes - (replaced?.bytes ?? 0)
    const hasPlace = replaced !== undefined || write.isOwed === true || !this.isFull
    if (!hasPlace || (write.bytes > 0 && bytes > this.#limits.bytesMax)) return false
    this.#bytes = bytes
    this.#waiting.set(id, write)
    // Not now: whoever adds is about to answer a client.
    if (this.#running.size < this.#limits.concurrency) setImmediate(() => this.#startNext())
    return true
  }

  /** Whether something of the group waits or is under way. */
  hasGroup(group: string): boolean {
    return this.#running.has(group) || [...this.#waiting.values()].some((write) => write.group === group)
  }

  /** Forgets what waits of a group, but for what somebody else waits for. */
  dropGroup(group: string): void {
    for (const [id, write] of this.#waiting) {
      if (write.group === group && write.isOwed !== true) this.#drop(id, write)
    }
  }

  /** Forgets what has not begun. */
  dropAll(): void {
    for (const [id, write] of this.#waiting) this.#drop(id, write)
    this.#tellIdle()
  }

  /** Resolves when there is nothing waiting or under way. */
  settled(): Promise<void> {
    if (this.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #drop(id: string, write: Write): void {
    this.#waiting.delete(id)
    this.#bytes -= write.bytes
  }

  #startNext(): void {
    if (this.#running.size >= this.#limits.concurrency) return
    for (const [id, write] of this.#waiting) {
      if (this.#running.has(write.group)) continue
      this.#waiting.delete(id)
      this.#running.add(write.group)
      void this.#run(write)
      return
    }
    this.#tellIdle()
  }

  async #run(write: Write): Promise<void> {
    await write.run()
    this.#running.delete(write.group)
    this.#bytes -= write.bytes
    this.#startNext()
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (this.length > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}

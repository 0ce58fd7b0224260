import { Histogram } from './histogram.ts'
import type { KindResult, LoadProgress, SecondResult } from './load-plan.ts'

class KindCounts {
  offered = 0
  served = 0
  left = 0
  readonly refused: Record<string, number> = {}
  readonly broken: Record<string, number> = {}
  readonly latency = new Histogram()

  get data(): KindResult {
    const { offered, served, left, refused, broken, latency } = this
    return { offered, served, left, refused, broken, latency: latency.data }
  }
}

class SecondCounts {
  offered = 0
  servedOfOffered = 0
  answered = 0
  failed = 0
  saidHit = 0
  senderLateMs = 0
  readonly latency = new Histogram()

  get data(): SecondResult {
    const { offered, servedOfOffered, answered, failed, saidHit, senderLateMs, latency } = this
    return { offered, servedOfOffered, answered, failed, saidHit, senderLateMs, latency: latency.data }
  }
}

/** What became of a visitor. Times are milliseconds after the start of the load. */
export interface Outcome {
  readonly kind: string
  readonly dueMs: number
  readonly sentMs: number
  readonly endedMs: number
  readonly fate:
    | { readonly kind: 'answered'; readonly status: number; readonly saidHit: boolean }
    | { readonly kind: 'left' }
    | { readonly kind: 'broken'; readonly why: string }
}

/** Counts visitors by kind and by the second they were due in. */
export class LoadCounts {
  readonly #kinds = new Map<string, KindCounts>()
  readonly #seconds: SecondCounts[] = []
  readonly #patienceMs: number
  readonly fromSent = new Histogram()
  readonly lateness = new Histogram()
  #window = new Window()
  ended = 0

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs
  }

  /** @param lateMs how long after the moment they were due the sender came to them */
  offered(kind: string, dueMs: number, lateMs: number): void {
    this.#kind(kind).offered += 1
    const second = this.#second(dueMs)
    second.offered += 1
    second.senderLateMs = Math.max(second.senderLateMs, lateMs)
    this.lateness.record(lateMs)
    this.#window.offered += 1
  }

  add({ kind, dueMs, sentMs, endedMs, fate }: Outcome): void {
    this.ended += 1
    const [counts, second] = [this.#kind(kind), this.#second(dueMs)]
    if (fate.kind === 'answered' && fate.status < 500) {
      counts.served += 1
      second.servedOfOffered += 1
      this.#answered(endedMs, fate.saidHit)
      this.fromSent.record(endedMs - sentMs)
      this.#latency(endedMs - dueMs, counts, second)
      return
    }
    second.failed += 1
    this.#window.failed += 1
    if (fate.kind === 'left') {
      counts.left += 1
      this.#latency(this.#patienceMs, counts, second)
    } else if (fate.kind === 'broken') {
      counts.broken[fate.why] = (counts.broken[fate.why] ?? 0) + 1
    } else {
      counts.refused[fate.status] = (counts.refused[fate.status] ?? 0) + 1
    }
  }

  kinds(): Record<string, KindResult> {
    return Object.fromEntries([...this.#kinds].map(([kind, counts]) => [kind, counts.data]))
  }

  seconds(): SecondResult[] {
    return Array.from(this.#seconds, (second) => (second ?? new SecondCounts()).data)
  }

  /** Since the last call. */
  progress(elapsedMs: number, underWay: number): LoadProgress {
    const window = this.#window
    const seconds = Math.max(0.001, (elapsedMs - window.beganMs) / 1000)
    this.#window = new Window(elapsedMs)
    return {
      elapsedMs,
      offeredPerSecond: window.offered / seconds,
      answeredPerSecond: window.answered / seconds,
      p99Ms: window.latency.percentileMs(99),
      underWay,
      failed: window.failed,
      saidHitShare: window.answered === 0 ? 0 : window.saidHit / window.answered,
    }
  }

  #answered(endedMs: number, saidHit: boolean): void {
    const second = this.#second(endedMs)
    second.answered += 1
    this.#window.answered += 1
    if (!saidHit) return
    second.saidHit += 1
    this.#window.saidHit += 1
  }

  #latency(ms: number, counts: KindCounts, second: SecondCounts): void {
    counts.latency.record(ms)
    second.latency.record(ms)
    this.#window.latency.record(ms)
  }

  #kind(kind: string): KindCounts {
    let counts = this.#kinds.get(kind)
    if (counts === undefined) {
      counts = new KindCounts()
      this.#kinds.set(kind, counts)
    }
    return counts
  }

  #second(ms: number): SecondCounts {
    const index = Math.max(0, Math.floor(ms / 1000))
    this.#seconds[index] ??= new SecondCounts()
    return this.#seconds[index]
  }
}

class Window {
  readonly beganMs: number
  offered = 0
  answered = 0
  failed = 0
  saidHit = 0
  readonly latency = new Histogram()

  constructor(beganMs = 0) {
    this.beganMs = beganMs
  }
}

import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Clock } from '../clock.ts'

/** How one thread is doing, plain data. */
export interface ThreadHealth {
  /** How much later than asked for things were done, in the last one to two minutes. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Part of the time, from 0 to 1, in which the thread was not waiting for something to do, over the same time. */
  readonly utilization: number
  readonly heapUsedBytes: number
  readonly heapTotalBytes: number
  /** Buffers, bodies of stored responses above all. */
  readonly externalBytes: number
}

const WINDOW_MS = 60_000
/** How often Node looks how late it is. It does so without running JavaScript. */
const RESOLUTION_MS = 20

/** Watches the thread it is made in, until it is closed. */
export class ThreadWatch {
  readonly #clock: Clock
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #before = { p50: 0, p99: 0, max: 0 }
  #utilizationBefore: EventLoopUtilization = performance.eventLoopUtilization()
  #utilizationStart = this.#utilizationBefore
  #cancel: () => void

  constructor(clock: Clock) {
    this.#clock = clock
    this.#delays.enable()
    this.#cancel = clock.after(WINDOW_MS, () => this.#turn())
  }

  health(): ThreadHealth {
    const heap = getHeapStatistics()
    const now = this.#current()
    return {
      eventLoopDelayMs: {
        p50: now.p50,
        p99: Math.max(now.p99, this.#before.p99),
        max: Math.max(now.max, this.#before.max),
      },
      utilization: performance.eventLoopUtilization(this.#utilizationStart).utilization,
      heapUsedBytes: heap.used_heap_size,
      heapTotalBytes: heap.total_heap_size,
      externalBytes: heap.external_memory,
    }
  }

  close(): void {
    this.#cancel()
    this.#delays.disable()
  }

  #current(): { p50: number; p99: number; max: number } {
    // The histogram holds whole intervals; what is above the resolution is the delay.
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
    if (this.#delays.count === 0) return { p50: 0, p99: 0, max: 0 }
    const { max } = this.#delays
    return { p50: late(this.#delays.percentile(50)), p99: late(this.#delays.percentile(99)), max: late(max) }
  }

  #turn(): void {
    this.#before = this.#current()
    this.#delays.reset()
    this.#utilizationStart = this.#utilizationBefore
    this.#utilizationBefore = performance.eventLoopUtilization()
    this.#cancel = this.#clock.after(WINDOW_MS, () => this.#turn())
  }
}

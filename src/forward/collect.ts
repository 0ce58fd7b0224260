import type { Clock } from '../clock.ts'
import type { BodySource } from '../http/body.ts'
import type { Doomable } from './flights.ts'
import { Spool } from './spool.ts'

export interface CollectOptions {
  readonly clock: Clock
  readonly storeBytesMax: number
  keep(body: Buffer): void
  /** Registers with the work under way, so that an invalidation meanwhile reaches it; returns what ends that. */
  watch(work: Doomable): () => void
}

/** How far a body may run ahead of its only reader once it turned out too large for storing. */
const WINDOW_BYTES = 1024 * 1024

/** Collects a body for storing while its one reader gets it. */
export function collected(body: BodySource, options: CollectOptions): BodySource {
  const { clock, storeBytesMax } = options
  const spool = new Spool(body, {
    clock,
    storeBytesMax,
    windowBytes: WINDOW_BYTES,
    laggardMs: Number.POSITIVE_INFINITY,
    onWhole: (whole) => options.keep(whole),
    onSettled: () => unwatch(),
  })
  const unwatch = options.watch({ doom: () => spool.stopStoring() })
  const reader = spool.reader()
  spool.start()
  return reader
}

import { randomBytes } from 'node:crypto'
import { fromEntry, type Invalidation, toEntry } from '../invalidation.ts'
import type { UnsentInvalidation } from './unsent-invalidations.ts'

/** The log of invalidations as one value, for a server that keeps values only. */
export interface LogValue {
  /** Random: another log than the one before, where that was lost. */
  readonly epoch: string
  /** Number of the last entry that was dropped; what was stored before it cannot be judged any more. */
  readonly horizon: number
  /** The oldest first, numbered in this order. */
  readonly entries: readonly LogEntry[]
}

export interface LogEntry {
  readonly number: number
  readonly invalidation: Invalidation
  /** Of who said it. */
  readonly token: string
}

const VERSION = 1
/** The value is read whole by every box when it changes. */
const ENTRIES_MAX = 2_000
const BYTES_MAX = 256 * 1024
/** Of an entry beyond what it says. */
const ENTRY_BYTES = 120

export function newLog(): LogValue {
  return { epoch: randomBytes(12).toString('hex'), horizon: 0, entries: [] }
}

export function lastNumber({ horizon, entries }: LogValue): number {
  return entries.at(-1)?.number ?? horizon
}

/** The log with these behind it, without what they repeat, and without the oldest where it becomes too long. */
export function appended(log: LogValue, said: readonly UnsentInvalidation[]): LogValue {
  const entries = new Map(log.entries.map((entry) => [entry.number, entry]))
  const byName = new Map(log.entries.map((entry) => [nameOf(entry.invalidation), entry.number]))
  let number = lastNumber(log)
  for (const { invalidation, token } of said) {
    number++
    const name = nameOf(invalidation)
    // A soft one after a hard one has another name: it does not take that back.
    const before = byName.get(name)
    if (before !== undefined) entries.delete(before)
    byName.set(name, number)
    entries.set(number, { number, invalidation, token })
  }
  return trimmed({ ...log, entries: [...entries.values()] })
}

function nameOf({ scope, value, soft }: Invalidation): string {
  return `${soft ? 'soft' : 'hard'} ${scope} ${value}`
}

function trimmed({ epoch, horizon, entries }: LogValue): LogValue {
  let bytes = 0
  let first = entries.length
  while (first > 0 && entries.length - first < ENTRIES_MAX) {
    bytes += Buffer.byteLength(entries[first - 1]!.invalidation.value) + ENTRY_BYTES
    if (bytes > BYTES_MAX) break
    first--
  }
  return { epoch, horizon: entries[first - 1]?.number ?? horizon, entries: entries.slice(first) }
}

export function encodeLog({ epoch, horizon, entries }: LogValue): Buffer {
  const written = entries.map(({ number, invalidation, token }) => [number, ...toEntry(invalidation, token)])
  return Buffer.from(JSON.stringify([VERSION, epoch, horizon, written]))
}

/** Undefined for what is no log of this version: as if it had been lost. */
export function decodeLog(value: Buffer): LogValue | undefined {
  try {
    const read: unknown = JSON.parse(value.toString('utf8'))
    if (!Array.isArray(read)) return undefined
    const [version, epoch, horizon, written]: unknown[] = read
    if (version !== VERSION || typeof epoch !== 'string' || !isNumber(horizon) || !Array.isArray(written))
      return undefined
    let number = horizon
    const entries: LogEntry[] = []
    for (const entry of written as unknown[]) {
      if (!Array.isArray(entry)) return undefined
      const [own, ...fields]: unknown[] = entry
      if (!isNumber(own) || own <= number || !fields.every((field) => typeof field === 'string')) return undefined
      number = own
      entries.push({ number, ...fromEntry(fields) })
    }
    return { epoch, horizon, entries }
  } catch {
    // Not JSON: something else stands there.
    return undefined
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { SnapshotConfig } from '../config/config.ts'
import type { EventLog } from '../log/event-log.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { selectingKey } from '../rfc9111/vary.ts'
import { invalidatable } from '../tiers/invalidation.ts'
import type { MemoryTier } from '../tiers/memory/memory-tier.ts'
import { readSnapshot, type SnapshotResponse, writeSnapshot } from '../tiers/memory/snapshot.ts'
import type { RemoteTiers } from '../tiers/remote-tiers.ts'
import type { Invalidatable, InvalidationVerdict } from '../tiers/tier.ts'
import { ownerOf } from '../workers/peer-messages.ts'

interface Parts {
  readonly settings: SnapshotConfig
  readonly memory: MemoryTier
  readonly tiers: RemoteTiers | undefined
  readonly clock: Clock
  readonly log: EventLog
  /** Which of how many threads this is. */
  readonly index: number
  readonly workers: number
}

type Judge = (about: Invalidatable, position: string) => InvalidationVerdict

/** Memory on disk between two lives of the program (docs/decisions/restart.md). */
export class MemorySnapshot {
  readonly #parts: Parts
  readonly #file: string | undefined
  /** It is somebody else's now. */
  #isLeft = false

  constructor(parts: Parts) {
    this.#parts = parts
    const { settings, index, workers } = parts
    this.#file = settings.file === undefined || workers === 1 ? settings.file : `${settings.file}.${index}`
  }

  /** Writes what is in memory, the most recently used if not all. Never rejects; what goes wrong is logged. */
  async save(): Promise<void> {
    if (this.#file === undefined || this.#isLeft) return
    const { settings, clock, log } = this.#parts
    const untilMs = clock.now() + settings.withinMs
    try {
      const counts = await writeSnapshot(this.#file, this.#responses(), () => clock.now() >= untilMs)
      log.info({ file: this.#file, ...counts }, 'memory was written down')
    } catch (error) {
      log.error({ error, file: this.#file }, 'memory could not be written down: the next start is cold')
    }
  }

  /** Saves for a successor: from now on this process writes no more. */
  async leave(): Promise<void> {
    await this.save()
    this.#isLeft = true
  }

  /** Removes what threads wrote before: it is in memory now, or nobody is to have it. What memory becomes is written again. */
  async discard(): Promise<void> {
    this.#isLeft = false
    const { settings, index, workers } = this.#parts
    // Threads of a larger number have left more files than there are threads now.
    const files = (await snapshotFiles(settings.file)).filter(({ number }) => number % workers === index)
    await Promise.all(files.map(({ path }) => rm(path, { force: true })))
  }

  /**
   * Takes into memory what this thread is to have of what all threads wrote before. It is to be discarded when all have done so: after
   * a crash it would bring back what was invalidated since. Never rejects; what goes wrong is logged.
   */
  async restore(): Promise<void> {
    const { settings, log } = this.#parts
    const files = await snapshotFiles(settings.file)
    if (files.length === 0) return
    const judge = await this.#judge()
    for (const { path } of files) {
      try {
        await this.#restoreFrom(path, judge)
      } catch (error) {
        log.error({ error, file: path }, 'what was written down of memory cannot be used')
      }
    }
  }

  async #restoreFrom(path: string, judge: Judge): Promise<void> {
    const { settings, clock, log, memory } = this.#parts
    const untilMs = clock.now() + settings.withinMs
    const before = memory.counts().keys
    const read = await readSnapshot(path, (response) => {
      this.#take(response, judge)
      return clock.now() < untilMs
    })
    const keys = memory.counts().keys - before
    if (read !== undefined) log.info({ file: path, ...read, keys }, 'memory was restored')
  }

  #take({ key, stored, position }: SnapshotResponse, judge: Judge): void {
    const { memory, index, workers } = this.#parts
    // The others ask the owner when they need it.
    if (ownerOf(key, workers) !== index) return
    const verdict = judge(invalidatable(key, stored), position)
    if (verdict === 'purged') return
    const variant = selectingKey(stored.selecting)
    const isSame = (other: StoredResponse): boolean => selectingKey(other.selecting) === variant
    // Several threads may have had copies, some of them older.
    const other = memory.peek(key)?.find(isSame)
    if (other !== undefined && other.responseTimeMs >= stored.responseTimeMs) return
    memory.put(key, { ...stored, invalidated: stored.invalidated || verdict === 'expired' }, isSame)
  }

  async #judge(): Promise<Judge> {
    const { tiers, settings } = this.#parts
    return (await tiers?.judge(settings.withinMs)) ?? (() => 'valid')
  }

  /** The least recently used first, so that reading makes the same order again. */
  *#responses(): Iterable<SnapshotResponse> {
    const { memory, tiers, settings, workers } = this.#parts
    const position = tiers?.position ?? ''
    for (const key of newestWithin(memory, settings.bytesMax / workers)) {
      for (const stored of memory.peek(key)?.toReversed() ?? []) yield { key, stored, position }
    }
  }
}

/** The keys used most recently that fit, the least recently used of them first. */
function newestWithin(memory: MemoryTier, bytesMax: number): readonly string[] {
  const keys = [...memory.keys()]
  let first = keys.length
  for (let bytes = 0; first > 0; first--) {
    bytes += memory.bytesOf(keys[first - 1]!)
    if (bytes > bytesMax) break
  }
  return keys.slice(first)
}

/** What any number of threads wrote: the file itself is of the only one, others have their number behind it. */
async function snapshotFiles(file: string | undefined): Promise<readonly { path: string; number: number }[]> {
  if (file === undefined) return []
  const folder = dirname(file)
  const name = basename(file)
  const found = (await readdir(folder).catch(() => [])).map((one) => ({
    path: join(folder, one),
    number: numberIn(one),
  }))
  return found.filter(({ number }) => number >= 0).sort((some, other) => some.number - other.number)

  function numberIn(one: string): number {
    if (one === name) return 0
    return one.startsWith(`${name}.`) && /\.\d{1,3}$/.test(one) ? Number(one.slice(name.length + 1)) : -1
  }
}

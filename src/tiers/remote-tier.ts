import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { RawFields } from '../http/fields.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { selectingKey } from '../rfc9111/vary.ts'
import type { BreakerSettings } from './breaker.ts'
import { inTime, late } from './in-time.ts'
import { Patience } from './patience.ts'
import { Questions, storeError } from './questions.ts'
import { type RecordSettings, type Sought, StoredRecords } from './records/stored-records.ts'
import type { Claim, RemoteStore } from './remote-store.ts'
import { ServerHealth } from './server-health.ts'
import type { Invalidations, Lease, ServerState, StateChange, Tier, TierCounts, TierState } from './tier.ts'
import { type Write, WriteQueue, type WriteQueueLimits } from './write-queue.ts'

export interface RemoteTierSettings extends RecordSettings {
  /** Most that a `find` or a `lease` may take. */
  readonly deadlineMs: number
  /** Of a write, for which nobody waits. */
  readonly writeDeadlineMs: number
  /** Finds under way at one time; those above are misses. */
  readonly findsMax: number
  readonly writes: WriteQueueLimits
  readonly breaker: BreakerSettings
}

export interface RemoteTierParts {
  readonly name: string
  readonly clock: Clock
  readonly store: RemoteStore
  readonly invalidations: Invalidations
  readonly onState: (change: StateChange) => void
}

/** Longest that anything is stored: for memcached a larger number is a date. */
const TTL_MAX_SECONDS = 30 * 86_400
/** What a queued write holds beyond its body. */
const WRITE_OVERHEAD_BYTES = 2_048

/** Longest that a lease is renewed: a fetch that takes longer is nothing that others should wait for. */
const LEASE_MAX_MS = 60_000

type Counters = {
  -readonly [K in keyof Omit<
    TierCounts,
    'failed' | 'late' | 'queuedWrites' | 'queuedBytes' | 'stateChanges' | 'latency'
  >]: number
}

/** A tier on servers of any kind: deadlines, the breaker and the queue of writes, the same for all. */
export class RemoteTier implements Tier {
  readonly name: string
  readonly #settings: RemoteTierSettings
  readonly #parts: RemoteTierParts
  readonly #records: StoredRecords
  readonly #health: ServerHealth
  readonly #queue: WriteQueue
  readonly #counters: Counters = {
    ...{ hits: 0, misses: 0, skipped: 0, corrupt: 0, otherVersion: 0, purged: 0 },
    ...{ stored: 0, tooLarge: 0, dropped: 0, refused: 0, removed: 0, bytesRead: 0, bytesWritten: 0 },
  }
  readonly #questions: Questions
  #closed = false

  constructor(settings: RemoteTierSettings, parts: RemoteTierParts) {
    this.name = parts.name
    this.#settings = settings
    this.#parts = parts
    this.#records = new StoredRecords(parts.store, settings, parts.invalidations)
    this.#queue = new WriteQueue(settings.writes)
    this.#health = new ServerHealth({
      tier: parts.name,
      clock: parts.clock,
      store: parts.store,
      breaker: settings.breaker,
      trialDeadlineMs: settings.writeDeadlineMs,
      deadlineMs: settings.deadlineMs,
      onState: parts.onState,
    })
    const { deadlineMs } = settings
    this.#questions = new Questions({ clock: parts.clock, health: this.#health, deadlineMs })
  }

  /** Resolves when each server has been tried once; until then everything is a miss. Nobody needs to wait for it. */
  get ready(): Promise<void> {
    return this.#health.ready
  }

  get state(): TierState {
    return this.#closed ? 'down' : this.#health.state
  }

  servers(): readonly ServerState[] {
    return this.#health.servers()
  }

  async find(key: string, requestFields: RawFields, patience = this.#patience()): Promise<StoredResponse | undefined> {
    const base = this.#records.baseName(key)
    const server = this.#serverToAsk(base, patience)
    if (server === undefined || !this.#parts.invalidations.isCurrent) {
      this.#counters.skipped++
      return undefined
    }
    const request = { key, base, fields: requestFields, nowMs: this.#parts.clock.now() }
    const sought = await this.#questions.ask(server, patience, this.#records.read(server, request))
    return sought === undefined ? undefined : this.#note(key, sought)
  }

  put(key: string, stored: StoredResponse, ttlSeconds: number, position?: string): void {
    if (stored.range !== undefined || !(ttlSeconds > 0)) return
    if (stored.body.length > this.#settings.objectBytesMax) {
      this.#counters.tooLarge++
      return
    }
    const write = {
      key,
      stored,
      ttlSeconds: Math.ceil(Math.min(ttlSeconds, TTL_MAX_SECONDS)),
      // As of the request: what was said while the answer was on its way is about this response, too.
      position: position ?? this.#parts.invalidations.positionAt(stored.requestTimeMs),
    }
    const name = selectingKey(stored.selecting)
    this.#enqueue({ key, name, bytes: stored.body.length + WRITE_OVERHEAD_BYTES }, async (server) => {
      const nowMs = this.#parts.clock.now()
      if (!(await this.#records.write(server, { ...write, nowMs }))) {
        this.#counters.tooLarge++
        return
      }
      this.#counters.stored++
      this.#counters.bytesWritten += stored.body.length
    })
  }

  remove(key: string): void {
    // What waits to be stored must not be, even when the removal finds no room.
    this.#queue.dropGroup(key)
    this.#enqueue({ key, name: 'remove', bytes: 0 }, async (server) => {
      await this.#records.remove(server, key)
      this.#counters.removed++
    })
  }

  async lease(key: string, leaseMs: number, patience = this.#patience()): Promise<Lease> {
    const base = this.#records.baseName(key)
    const server = this.#serverToAsk(base, patience)
    // What is fetched now would find no room in the queue: others would wait for nothing.
    if (server === undefined || this.#queue.isFull || !this.#health.isWritable(server)) return { kind: 'none' }
    const claim = { name: this.#records.leaseName(base), token: randomBytes(12).toString('hex') }
    const answer = this.#parts.store.claim(server, { ...claim, forMs: leaseMs })
    const won = await this.#questions.ask(server, patience, answer)
    if (won === undefined) return { kind: 'none' }
    if (!won) return { kind: 'held' }
    const endRenewing = this.#keepRenewing(key, { ...claim, forMs: leaseMs })
    const release = () => {
      endRenewing()
      const write = { key, name: claim.name, bytes: 0, isOwed: true }
      this.#enqueue(write, () => this.#parts.store.release(server, claim))
    }
    return { kind: 'won', release }
  }

  /** A lease is short, for the case that this box dies; while it lives it renews it. @returns what ends that */
  #keepRenewing(key: string, claim: Claim): () => void {
    const { clock, store } = this.#parts
    let cancel = () => {}
    const untilMs = clock.now() + LEASE_MAX_MS
    const renewLater = () => {
      cancel = clock.after(claim.forMs / 3, () => {
        if (this.#closed || clock.now() > untilMs) return
        this.#enqueue({ key, name: claim.name, bytes: 0 }, (server) => store.renew(server, claim))
        renewLater()
      })
    }
    renewLater()
    return () => cancel()
  }

  counts(): TierCounts {
    return {
      ...this.#counters,
      failed: this.#questions.failed,
      late: this.#questions.late,
      queuedWrites: this.#queue.length,
      queuedBytes: this.#queue.bytes,
      stateChanges: this.#health.changes,
      latency: this.#questions.latency(),
    }
  }

  settled(): Promise<void> {
    return this.#queue.settled()
  }

  /** Ends connections at once; wait for `settled` first where writes matter. */
  async close(): Promise<void> {
    this.#closed = true
    this.#queue.dropAll()
    this.#health.close()
    await this.#parts.store.close()
  }

  #patience(): Patience {
    return new Patience(this.#parts.clock, this.#settings.deadlineMs)
  }

  #serverToAsk(base: string, { leftMs }: Patience): string | undefined {
    if (this.#closed || leftMs <= 0 || this.#questions.underWay >= this.#settings.findsMax) return undefined
    return this.#serverOf(base)
  }

  /** @param base name of a key */
  #serverOf(base: string): string | undefined {
    const server = this.#parts.store.serverOf(base, this.#health.isUp)
    return server !== undefined && this.#health.isUp(server) ? server : undefined
  }

  #note(key: string, sought: Sought): StoredResponse | undefined {
    if (sought.kind === 'found') {
      this.#counters.hits++
      this.#counters.bytesRead += sought.stored.body.length
      return sought.stored
    }
    this.#counters.misses++
    if (sought.why === 'version') this.#counters.otherVersion++
    else if (sought.why === 'purged') this.#counters.purged++
    else if (sought.why !== 'absent') this.#counters.corrupt++
    const { damaged } = sought
    // A write under way puts something better in its place.
    if (damaged !== undefined && !this.#queue.hasGroup(key)) {
      this.#enqueue({ key, name: damaged, bytes: 0 }, (server) => this.#records.free(server, damaged))
    }
    return undefined
  }

  #enqueue(
    { key, ...rest }: { readonly key: string } & Pick<Write, 'name' | 'bytes' | 'isOwed'>,
    write: (server: string) => Promise<void>,
  ): void {
    const run = async () => {
      const server = this.#closed ? undefined : this.#serverOf(this.#records.baseName(key))
      if (server === undefined || !this.#health.isWritable(server)) this.#counters.dropped++
      else await this.#write(server, write)
    }
    if (this.#closed || !this.#queue.add({ ...rest, group: key, run })) this.#counters.dropped++
  }

  async #write(server: string, write: (server: string) => Promise<void>): Promise<void> {
    const { writeDeadlineMs } = this.#settings
    try {
      if ((await inTime(this.#parts.clock, writeDeadlineMs, write(server))) !== late) {
        this.#health.wrote(server)
        return
      }
      this.#counters.refused++
      this.#health.missed(server, writeDeadlineMs)
    } catch (error) {
      this.#counters.refused++
      this.#health.failed(server, storeError(error))
    }
  }
}

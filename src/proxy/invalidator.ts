import type { Invalidation } from '../tiers/invalidation.ts'
import type { PublishReport } from '../tiers/invalidation-log/invalidation-log.ts'
import type { RemoteTiers } from '../tiers/remote-tiers.ts'
import type { InvalidateHere } from './invalidate-here.ts'
import type { Peers, PeersAnswer } from './peers.ts'

/** What came of an invalidation, when everybody has been told. Plain data. */
export interface PurgeReport {
  /** Stored responses in the memory of this box that were concerned. */
  readonly matched: number
  /** The threads of this box, this one included. */
  readonly threads: { readonly asked: number; readonly acknowledged: number }
  /** Those that share the log of invalidations, this one and each of its threads included. */
  readonly boxes: PublishReport['boxes']
  /** Whether it stands in the log; `later`: once Redis is reached; `nobody`: there is no log, this box is alone. */
  readonly published: 'now' | 'later' | 'nobody'
}

/** Since the start, of what began in this thread. Plain data. */
export interface InvalidatorCounts {
  readonly invalidations: number
  /** Of other threads of this box, once for each message to them. */
  readonly threads: AskedCounts
  /** Of others that share the log, once for each message to them. */
  readonly boxes: AskedCounts
}

export interface AskedCounts {
  readonly asked: number
  readonly acknowledged: number
}

interface Parts {
  readonly here: InvalidateHere
  readonly peers: Peers | undefined
  readonly tiers: RemoteTiers | undefined
}

interface Told {
  readonly threads: PeersAnswer
  readonly boxes: PublishReport['boxes']
  readonly published: PurgeReport['published']
}

/** What is said to others as one message; equal invalidations in it are one. */
interface Message {
  readonly invalidations: Map<string, Invalidation>
  readonly told: PromiseWithResolvers<Told>
}

/** Most that other boxes are waited for; one that is away hears of it when it is back. */
const BOXES_MS = 250

/** More waiting than this become one, of everything. */
const WAITING_MAX = 1_000

const NOBODY: Told = { threads: { asked: 0, acknowledged: 0, matched: 0 }, boxes: [], published: 'nobody' }

/** Makes something invalid everywhere: in this thread, in the other threads, on the other boxes. */
export class Invalidator {
  readonly #parts: Parts
  /** Waits until the message before it has been acknowledged. */
  #next: Message | undefined
  #isSending = false
  #invalidations = 0
  readonly #threads = { asked: 0, acknowledged: 0 }
  readonly #boxes = { asked: 0, acknowledged: 0 }

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** See `InvalidateHere.invalidate` for what is done when this returns. Resolves when all others have acknowledged, or cannot. */
  async everywhere(invalidations: readonly Invalidation[]): Promise<PurgeReport> {
    this.#invalidations += invalidations.length
    const here = this.#parts.here.invalidate(invalidations)
    const [matched, { threads, boxes, published }] = await Promise.all([here, this.#tell(invalidations)])
    return {
      matched: matched + threads.matched,
      threads: { asked: threads.asked + 1, acknowledged: threads.acknowledged + 1 },
      boxes,
      published,
    }
  }

  counts(): InvalidatorCounts {
    return { invalidations: this.#invalidations, threads: { ...this.#threads }, boxes: { ...this.#boxes } }
  }

  #tell(invalidations: readonly Invalidation[]): Promise<Told> {
    const { peers, tiers } = this.#parts
    if (peers === undefined && tiers === undefined) return Promise.resolve(NOBODY)
    this.#next ??= { invalidations: new Map(), told: Promise.withResolvers() }
    const { told } = this.#next
    for (const invalidation of invalidations) add(this.#next.invalidations, invalidation)
    // At the end of the turn, so that what is said within it is one message.
    if (!this.#isSending) {
      this.#isSending = true
      queueMicrotask(() => void this.#send())
    }
    return told.promise
  }

  async #send(): Promise<void> {
    for (let message = this.#next; message !== undefined; message = this.#next) {
      this.#next = undefined
      const { told } = message
      await this.#sendOne([...message.invalidations.values()]).then(told.resolve, told.reject)
    }
    this.#isSending = false
  }

  async #sendOne(invalidations: readonly Invalidation[]): Promise<Told> {
    const { peers, tiers } = this.#parts
    const [threads, report] = await Promise.all([
      peers?.invalidate(invalidations),
      tiers?.invalidate(invalidations, BOXES_MS),
    ])
    const published = report === undefined ? 'nobody' : report.position === undefined ? 'later' : 'now'
    const told = { threads: threads ?? NOBODY.threads, boxes: report?.boxes ?? NOBODY.boxes, published } as const
    this.#count(told)
    return told
  }

  #count({ threads, boxes }: Told): void {
    this.#threads.asked += threads.asked
    this.#threads.acknowledged += threads.acknowledged
    // The first is this one.
    const others = boxes.slice(1)
    this.#boxes.asked += others.length
    this.#boxes.acknowledged += others.filter(({ acknowledged }) => acknowledged).length
  }
}

function add(invalidations: Map<string, Invalidation>, invalidation: Invalidation): void {
  const { scope, value, soft } = invalidation
  invalidations.set(`${soft ? 'soft' : 'hard'} ${scope} ${value}`, invalidation)
  if (invalidations.size <= WAITING_MAX) return
  const isSoft = [...invalidations.values()].every((one) => one.soft)
  invalidations.clear()
  add(invalidations, { scope: 'everything', value: '', soft: isSoft })
}

import type { Invalidation } from '../tiers/invalidation.ts'
import { MessagesInTurn } from '../tiers/messages-in-turn.ts'
import type { PublishReport, RemoteTiers } from '../tiers/remote-tiers.ts'
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
  /** Of others that share the log, once for each that waited for them. */
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

/** Most that who purges waits for other boxes. */
const BOXES_MS = 1_000

const NOBODY: PeersAnswer = { asked: 0, acknowledged: 0, matched: 0 }

/** Makes something invalid everywhere: in this thread, in the other threads, on the other boxes. */
export class Invalidator {
  readonly #parts: Parts
  readonly #messages: MessagesInTurn<PeersAnswer>
  #invalidations = 0
  readonly #threads = { asked: 0, acknowledged: 0 }
  readonly #boxes = { asked: 0, acknowledged: 0 }

  constructor(parts: Parts) {
    this.#parts = parts
    this.#messages = new MessagesInTurn((invalidations) => {
      const answer = this.#tellThreads(invalidations)
      return { answer, turn: answer }
    })
  }

  /**
   * See `InvalidateHere.invalidate` for what is done when this returns. Resolves when all others have acknowledged, or cannot.
   *
   * @param options.boxesWithinMs most that other boxes are waited for; one that is away hears of it when it is back
   */
  async everywhere(
    invalidations: readonly Invalidation[],
    { boxesWithinMs = BOXES_MS }: { readonly boxesWithinMs?: number | undefined } = {},
  ): Promise<PurgeReport> {
    this.#invalidations += invalidations.length
    const [matched, threads, report] = await Promise.all([
      this.#parts.here.invalidate(invalidations),
      this.#messages.say(invalidations),
      this.#tellBoxes(invalidations, boxesWithinMs),
    ])
    return {
      matched: matched + threads.matched,
      threads: { asked: threads.asked + 1, acknowledged: threads.acknowledged + 1 },
      boxes: report?.boxes ?? [],
      published: report === undefined ? 'nobody' : report.position === undefined ? 'later' : 'now',
    }
  }

  counts(): InvalidatorCounts {
    return { invalidations: this.#invalidations, threads: { ...this.#threads }, boxes: { ...this.#boxes } }
  }

  async #tellThreads(invalidations: readonly Invalidation[]): Promise<PeersAnswer> {
    const answer = (await this.#parts.peers?.invalidate(invalidations)) ?? NOBODY
    this.#threads.asked += answer.asked
    this.#threads.acknowledged += answer.acknowledged
    return answer
  }

  async #tellBoxes(invalidations: readonly Invalidation[], withinMs: number): Promise<PublishReport | undefined> {
    const report = await this.#parts.tiers?.invalidate(invalidations, withinMs)
    // The first is this one.
    const others = report?.boxes.slice(1) ?? []
    this.#boxes.asked += others.length
    this.#boxes.acknowledged += others.filter(({ acknowledged }) => acknowledged).length
    return report
  }
}

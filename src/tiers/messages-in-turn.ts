import { OneAtATime } from '../one-at-a-time.ts'
import type { Invalidation } from './invalidation.ts'

/** A message on its way. */
export interface Sent<Answer> {
  readonly answer: Promise<Answer>
  /** The next one is sent when this is over. Never rejects. */
  readonly turn: Promise<unknown>
}

/** More waiting than this become one, of everything. */
const WAITING_MAX = 1_000

/**
 * Messages to others, one after the other: what is said while one is under way goes into the next, and equal invalidations in it are
 * one. So a burst of thousands becomes a few messages.
 */
export class MessagesInTurn<Answer> {
  #waiting = new Map<string, Invalidation>()
  readonly #turns: OneAtATime<Pick<Sent<Answer>, 'answer'>>

  constructor(send: (invalidations: readonly Invalidation[]) => Sent<Answer>) {
    this.#turns = new OneAtATime(async () => {
      const said = [...this.#waiting.values()]
      this.#waiting = new Map()
      const { answer, turn } = send(said)
      await turn
      return { answer }
    })
  }

  /** Sends it now, or when the message before has had its turn. Resolves with the answer to the message that it is part of. */
  async say(invalidations: readonly Invalidation[]): Promise<Answer> {
    for (const invalidation of invalidations) add(this.#waiting, invalidation)
    return (await this.#turns.run()).answer
  }
}

function add(waiting: Map<string, Invalidation>, invalidation: Invalidation): void {
  const { scope, value, soft } = invalidation
  waiting.set(`${soft ? 'soft' : 'hard'} ${scope} ${value}`, invalidation)
  if (waiting.size <= WAITING_MAX) return
  const isSoft = [...waiting.values()].every((one) => one.soft)
  waiting.clear()
  add(waiting, { scope: 'everything', value: '', soft: isSoft })
}

import type { Clock } from '../clock.ts'
import type { Answer, CallMessage, CallName, Question } from '../control/calls.ts'
import { lateAnswer, type ThreadAnswer } from '../control/threads.ts'

type Settle = (answer: ThreadAnswer<unknown>) => void

/** The questions asked of one worker thread that are not answered yet. */
export class ThreadLine {
  readonly #post: (message: CallMessage) => void
  readonly #clock: Clock
  readonly #asked = new Map<number, Settle>()
  #nextId = 1

  constructor(post: (message: CallMessage) => void, clock: Clock) {
    this.#post = post
    this.#clock = clock
  }

  ask<Name extends CallName>(
    name: Name,
    question: Question<Name>,
    withinMs: number,
  ): Promise<ThreadAnswer<Answer<Name>>> {
    const id = this.#nextId++
    return new Promise((resolve) => {
      const cancel = this.#clock.after(withinMs, () => this.answered(id, lateAnswer(withinMs)))
      this.#asked.set(id, (answer) => {
        cancel()
        // The other side answers an id with what its handler of that name gave, so it is this call's type.
        resolve(answer as ThreadAnswer<Answer<Name>>)
      })
      this.#post({ id, name, question })
    })
  }

  answered(id: number, answer: ThreadAnswer<unknown>): void {
    const settle = this.#asked.get(id)
    this.#asked.delete(id)
    settle?.(answer)
  }

  /** The thread has ended: nothing more will be answered. */
  lost(): void {
    for (const id of [...this.#asked.keys()]) this.answered(id, { kind: 'failed', why: 'it ended' })
  }
}

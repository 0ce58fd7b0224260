import type { Clock } from '../clock.ts'
import type { Answer, CallHandlers, CallName, OriginOrder, Question } from './calls.ts'
import {
  ANSWER_MS,
  type AskOptions,
  type Gathered,
  gather,
  lateAnswer,
  type ThreadAnswer,
  type Threads,
} from './threads.ts'

/** Answers one call by its handler; what the handler throws is a failed answer. */
export async function answerCall<Name extends CallName>(
  handlers: CallHandlers | undefined,
  name: Name,
  question: Question<Name>,
): Promise<ThreadAnswer<Answer<Name>>> {
  if (handlers === undefined) return { kind: 'failed', why: 'it is starting' }
  try {
    return { kind: 'answer', answer: await handlers[name](question) }
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

/** The only thread of a box that has no more, asked the same way as several. */
export class OneThread implements Threads {
  readonly count = 1
  readonly #handlers: () => CallHandlers | undefined
  readonly #clock: Clock

  /** @param handlers undefined as long as there are none */
  constructor(handlers: () => CallHandlers | undefined, clock: Clock) {
    this.#handlers = handlers
    this.#clock = clock
  }

  ask<Name extends CallName>(
    name: Name,
    question: Question<Name>,
    { withinMs = ANSWER_MS, threads = [0] }: AskOptions = {},
  ): Promise<Gathered<Answer<Name>>> {
    return gather(
      threads.filter((thread) => thread === 0),
      () => inTime(answerCall(this.#handlers(), name, question), withinMs, this.#clock),
    )
  }

  orderOrigin(order: OriginOrder): Promise<Gathered<Answer<'setOrigin'>>> {
    return this.ask('setOrigin', order)
  }
}

function inTime<T>(answer: Promise<ThreadAnswer<T>>, withinMs: number, clock: Clock): Promise<ThreadAnswer<T>> {
  return new Promise((resolve) => {
    const cancel = clock.after(withinMs, () => resolve(lateAnswer(withinMs)))
    void answer.then((settled) => {
      cancel()
      resolve(settled)
    })
  })
}

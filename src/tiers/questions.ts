import type { Clock } from '../clock.ts'
import { type LatencyCounts, LatencyHistogram } from './latency-histogram.ts'
import type { Patience } from './patience.ts'
import { StoreError } from './remote-store.ts'
import type { ServerHealth } from './server-health.ts'

export interface QuestionsParts {
  readonly clock: Clock
  readonly health: Pick<ServerHealth, 'succeeded' | 'missed' | 'failed'>
  /** What a server has for an answer, however little of it the one who asks has left. */
  readonly deadlineMs: number
}

/** What is asked of servers for somebody who waits. One timer is for all of them, as nearly all are answered long before it is due. */
export class Questions {
  readonly #parts: QuestionsParts
  readonly #latency = new LatencyHistogram()
  /** Those that somebody waits for, or whose server may still be in time. */
  readonly #open: Question[] = []
  #underWay = 0
  #failed = 0
  #late = 0
  #timerAtMs = Number.POSITIVE_INFINITY
  #cancelTimer: () => void = () => {}

  constructor(parts: QuestionsParts) {
    this.#parts = parts
  }

  /** Begun and not ended at the server, whether somebody still waits for them or not. */
  get underWay(): number {
    return this.#underWay
  }

  /** Answers that were none. */
  get failed(): number {
    return this.#failed
  }

  /** Of those who asked: no answer in time. */
  get late(): number {
    return this.#late
  }

  latency(): LatencyCounts {
    return this.#latency.counts()
  }

  /** @returns undefined when the answer was late, or failed; both are counted, and the server is judged by it */
  ask<T>(server: string, patience: Patience, answer: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const question = this.#opened(server, patience.leftMs, () => {
        patience.end()
        resolve(undefined)
      })
      answer.then(
        (value) => {
          this.#underWay--
          if (this.#closed(question)) this.#parts.health.succeeded(server)
          if (this.#ended(question)) resolve(value)
        },
        (error: unknown) => {
          this.#underWay--
          if (this.#closed(question)) this.#parts.health.failed(server, storeError(error))
          if (!this.#ended(question)) return
          this.#failed++
          resolve(undefined)
        },
      )
    })
  }

  #opened(server: string, withinMs: number, giveUp: () => void): Question {
    const askedAtMs = this.#parts.clock.now()
    const question = {
      server,
      askedAtMs,
      dueAtMs: askedAtMs + withinMs,
      giveUp,
      isWaiting: true,
      place: this.#open.length,
    }
    this.#underWay++
    this.#open.push(question)
    this.#watch(question.dueAtMs)
    return question
  }

  /** Nobody waits any more. @returns false when that was so before */
  #ended(question: Question): boolean {
    if (!question.isWaiting) return false
    question.isWaiting = false
    this.#latency.observe(this.#parts.clock.now() - question.askedAtMs)
    return true
  }

  /** The server has been judged. @returns false when that was so before */
  #closed(question: Question): boolean {
    const { place } = question
    if (this.#open[place] !== question) return false
    const last = this.#open.pop()
    if (last !== undefined && last !== question) {
      this.#open[place] = last
      last.place = place
    }
    return true
  }

  #watch(untilMs: number): void {
    if (untilMs >= this.#timerAtMs) return
    this.#cancelTimer()
    this.#timerAtMs = untilMs
    const { clock } = this.#parts
    this.#cancelTimer = clock.after(Math.max(0, Math.ceil(untilMs - clock.now())), () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY
      // What has arrived is read first: it is not late because this process was busy.
      setImmediate(() => this.#lookForLate())
    })
  }

  #lookForLate(): void {
    const nowMs = this.#parts.clock.now()
    let nextMs = Number.POSITIVE_INFINITY
    for (const question of [...this.#open]) {
      if (question.dueAtMs <= nowMs) this.#due(question, nowMs)
      else nextMs = Math.min(nextMs, question.dueAtMs)
    }
    this.#watch(nextMs)
  }

  #due(question: Question, nowMs: number): void {
    const { server, askedAtMs, giveUp } = question
    const { deadlineMs, health } = this.#parts
    if (this.#ended(question)) {
      this.#late++
      giveUp()
    }
    question.dueAtMs = askedAtMs + deadlineMs
    if (question.dueAtMs > nowMs) this.#watch(question.dueAtMs)
    else if (this.#closed(question)) health.missed(server, deadlineMs)
  }
}

interface Question {
  readonly server: string
  readonly askedAtMs: number
  dueAtMs: number
  readonly giveUp: () => void
  isWaiting: boolean
  /** Among those that are open. */
  place: number
}

/** Everything a store rejects with is one; anything else is a fault of ours, which must not take requests with it. */
export function storeError(error: unknown): StoreError {
  return error instanceof StoreError ? error : new StoreError('down', error instanceof Error ? error.message : 'failed')
}

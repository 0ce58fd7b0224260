import type { Answer, CallName, OriginOrder, Question } from './calls.ts'

/** What came back from the threads: plain data. A thread that gave no answer is named, and holds up nobody. */
export interface Gathered<T> {
  readonly answers: readonly { readonly thread: number; readonly answer: T }[]
  readonly failed: readonly ThreadFailure[]
}

export interface ThreadFailure {
  /** Counted from 0. */
  readonly thread: number
  readonly why: string
}

export interface AskOptions {
  /** How long a thread may take. */
  readonly withinMs?: number
  /** Only these threads; all when absent. */
  readonly threads?: readonly number[]
}

/** All threads that serve, for whoever asks or orders something (docs/decisions/control.md). */
export interface Threads {
  readonly count: number
  /** Resolves when every thread has answered, failed, or taken too long. Never rejects. */
  ask<Name extends CallName>(
    name: Name,
    question: Question<Name>,
    options?: AskOptions,
  ): Promise<Gathered<Answer<Name>>>
  /** Gives an order about an origin to every thread, and to those that are started later. Never rejects. */
  orderOrigin(order: OriginOrder): Promise<Gathered<Answer<'setOrigin'>>>
}

export const ANSWER_MS = 2_000

/** One thread's part of a question. */
export type ThreadAnswer<T> =
  | { readonly kind: 'answer'; readonly answer: T }
  | { readonly kind: 'failed'; readonly why: string }

/** From a thread that took too long. */
export function lateAnswer(withinMs: number): ThreadAnswer<never> {
  return { kind: 'failed', why: `it did not answer within ${withinMs} ms` }
}

/** Asks each of these threads by `askOne`, and puts the answers side by side. */
export async function gather<T>(
  threads: readonly number[],
  askOne: (thread: number) => Promise<ThreadAnswer<T>>,
): Promise<Gathered<T>> {
  const results = await Promise.all(threads.map(async (thread) => ({ thread, ...(await askOne(thread)) })))
  return {
    answers: results.flatMap((one) => (one.kind === 'answer' ? [{ thread: one.thread, answer: one.answer }] : [])),
    failed: results.flatMap((one) => (one.kind === 'failed' ? [{ thread: one.thread, why: one.why }] : [])),
  }
}

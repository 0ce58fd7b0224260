import type { BenchSettings } from './bench.ts'
import type { Question } from './question.ts'

/** How often the servers of a question are measured. */
export interface Repeats {
  /**
   * How often each server is started. Which code V8 puts in line differs from one process to the next, and the longer the way of a request
   * is, the more it costs or spares.
   */
  readonly processes: number
  /** With each of them. */
  readonly rounds: number
}

const planned = {
  fromMemory: { processes: 1, rounds: 5 },
  fromOrigin: { processes: 3, rounds: 2 },
  /** A verdict is not to hang on a round or two: single rounds of a shared machine differ by a fifth. */
  goalFromMemory: { processes: 3, rounds: 5 },
  goalFromOrigin: { processes: 8, rounds: 2 },
} as const satisfies Record<string, Repeats>

/** What was asked for counts, in as many processes as there would be otherwise; a quick look is one round. */
export function repeatsOf(question: Question, { isQuick, rounds }: Pick<BenchSettings, 'isQuick' | 'rounds'>): Repeats {
  const plan = planned[planName(question)]
  const total = rounds ?? (isQuick ? 1 : undefined)
  if (total === undefined) return plan
  const processes = isQuick ? 1 : Math.min(plan.processes, total)
  return { processes, rounds: Math.ceil(total / processes) }
}

function planName({ answer, goals }: Question): keyof typeof planned {
  if (goals === undefined) return answer.reachesOrigin ? 'fromOrigin' : 'fromMemory'
  return answer.reachesOrigin ? 'goalFromOrigin' : 'goalFromMemory'
}

/** @returns such as `3 processes, 5 rounds with each` */
export function repeatsText({ processes, rounds }: Repeats): string {
  const inAll = `${rounds} ${rounds === 1 ? 'round' : 'rounds'}`
  return processes === 1 ? inAll : `${processes} processes, ${inAll} with each`
}

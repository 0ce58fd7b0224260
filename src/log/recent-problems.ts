/** An event that was a warning or worse, plain data. */
export interface Problem {
  /** As logged, ISO 8601. */
  readonly time: string
  readonly level: 'warn' | 'error' | 'fatal'
  readonly message: string
  /** The rest of what was logged, without secrets. */
  readonly details: Readonly<Record<string, unknown>>
}

const PROBLEMS_MAX = 100
const SERIOUS = /^\{"level":"(?:warn|error|fatal)"/

/** The last events of the log that were warnings or worse. */
export class RecentProblems {
  /** Lines as they were logged: most are never asked for. */
  #lines: string[] = []

  /** @param line one event in JSON, level first, secrets taken out */
  take(line: string): void {
    if (!SERIOUS.test(line)) return
    this.#lines.push(line)
    if (this.#lines.length > PROBLEMS_MAX * 2) this.#lines = this.#lines.slice(-PROBLEMS_MAX)
  }

  /** The latest first. */
  list(): Problem[] {
    return this.#lines.slice(-PROBLEMS_MAX).reverse().map(problemOf)
  }
}

function problemOf(line: string): Problem {
  // pino wrote it, with these members.
  const { level, time, msg, ...details } = JSON.parse(line) as {
    readonly level: Problem['level']
    readonly time: string
    readonly msg?: string
  }
  return { time, level, message: msg ?? '', details }
}

import { latestCommentIn, ownersIn } from './body-marks.ts'
import type { LoadResult } from './load-plan.ts'
import type { Visitor } from './visitors.ts'

const examplesMax = 20

/** Looks into every page for what belongs to somebody else, and for the comments that it has to show. */
export class PageChecks {
  #strangers = 0
  readonly #examples: string[] = []
  #ownPages = 0
  readonly #comments: (readonly [number, number])[] = []

  /** @param sentAtMs milliseconds since the epoch */
  look({ group, path }: Visitor, body: string, sentAtMs: number): void {
    for (const name of new Set(ownersIn(body))) {
      if (name === group.owner) this.#ownPages += 1
      else this.#stranger(`${group.owner ?? 'a visitor without a name'} saw ${name} at ${path}`)
    }
    this.#comments.push([sentAtMs, latestCommentIn(body)])
  }

  get result(): Pick<LoadResult, 'strangers' | 'ownPages' | 'comments'> {
    return {
      strangers: { count: this.#strangers, examples: this.#examples },
      ownPages: this.#ownPages,
      comments: this.#comments,
    }
  }

  #stranger(what: string): void {
    this.#strangers += 1
    if (this.#examples.length < examplesMax) this.#examples.push(what)
  }
}

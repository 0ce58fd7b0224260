/** Some of those who come: how many of all, what they ask for and who they are. */
export interface VisitorGroup {
  /** What they are counted as; groups of one kind are counted together. */
  readonly kind: string
  /** Relative to the other groups. */
  readonly weight: number
  readonly pages: Pages
  /** Lines of the request head beside the usual ones. */
  readonly fields?: readonly string[]
  /** The name that their own pages may show, and nobody else's may. */
  readonly owner?: string
}

export type Pages =
  /** `storyShare` ask for the story, the rest for the others, the n-th of them in proportion to 1/n (Zipf). */
  | { readonly kind: 'story'; readonly story: string; readonly others: readonly string[]; readonly storyShare: number }
  | { readonly kind: 'in-turn'; readonly paths: readonly string[] }
  /** The page with a parameter that nobody has used before. */
  | { readonly kind: 'random-query'; readonly path: string }

export interface Visitor {
  readonly group: VisitorGroup
  readonly path: string
}

/** Who comes next, drawn from the groups. The same seed gives the same visitors. */
export class Visitors {
  readonly #groups: readonly VisitorGroup[]
  readonly #pages: readonly (() => string)[]
  readonly #weights: readonly number[]
  readonly #random: () => number

  constructor(groups: readonly VisitorGroup[], seed = 1) {
    this.#random = seeded(seed)
    this.#groups = groups
    this.#weights = running(groups.map(({ weight }) => weight))
    this.#pages = groups.map(({ pages }) => pageChooser(pages, this.#random))
  }

  next(): Visitor {
    const index = draw(this.#weights, this.#random)
    return { group: this.#groups[index]!, path: this.#pages[index]!() }
  }
}

function pageChooser(pages: Pages, random: () => number): () => string {
  switch (pages.kind) {
    case 'in-turn': {
      let next = 0
      return () => pages.paths[next++ % pages.paths.length]!
    }
    case 'random-query': {
      const join = pages.path.includes('?') ? '&' : '?'
      return () => `${pages.path}${join}x${Math.floor(random() * 2 ** 48).toString(36)}=${Math.floor(random() * 1e9)}`
    }
    case 'story': {
      if (pages.others.length === 0) return () => pages.story
      const zipf = running(pages.others.map((_, i) => 1 / (i + 1)))
      return () => (random() < pages.storyShare ? pages.story : pages.others[draw(zipf, random)]!)
    }
  }
}

function running(weights: readonly number[]): number[] {
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return sum
  })
}

function draw(sums: readonly number[], random: () => number): number {
  const wanted = random() * sums.at(-1)!
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle]! > wanted) high = middle
    else low = middle + 1
  }
  return low
}

/** mulberry32: small, and good enough to draw pages. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

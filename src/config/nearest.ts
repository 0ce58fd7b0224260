/**
 * The candidate that `word` was probably meant to be: the one with the fewest slips (a letter missing, added, wrong, or two
 * swapped), when those are few for the length of the word.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined // nobody mistypes that much, and the work grows with the square
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const slips = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (slips < fewest) [best, fewest] = [candidate, slips]
  }
  return best
}

/** Optimal string alignment distance: Levenshtein's, with a swap of neighbours as one slip. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let slips = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped && row > 1 && column > 1) slips = Math.min(slips, beforeLast[column - 2]! + 1)
      current.push(slips)
    }
    beforeLast = last
    last = current
  }
  return last[to.length]!
}

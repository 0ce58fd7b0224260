/** Whether a text matches a pattern. */
export type Matcher = (text: string) => boolean

/**
 * Compiles a pattern in which `*` stands for any run of characters, slashes too, and everything else for itself.
 *
 * Matching never goes back: the pieces between the stars are found from left to right, each as early as possible, which is
 * right because a star takes whatever is left. The work is bounded by the text's length times the pattern's.
 */
export function compileGlob(pattern: string): Matcher {
  const pieces = pattern.split(/\*+/)
  if (pieces.length === 1) return (text) => text === pattern
  const first = pieces[0]!
  const last = pieces.at(-1)!
  const middle = pieces.slice(1, -1)
  if (middle.length > 0) return (text) => matchesPieces(text, first, middle, last)
  if (first === '' && last === '') return () => true
  if (last === '') return (text) => text.startsWith(first)
  if (first === '') return (text) => text.endsWith(last)
  return (text) => text.length >= first.length + last.length && text.startsWith(first) && text.endsWith(last)
}

function matchesPieces(text: string, first: string, middle: readonly string[], last: string): boolean {
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let position = first.length
  for (const piece of middle) {
    const found = text.indexOf(piece, position)
    if (found === -1) return false
    position = found + piece.length
  }
  return position <= end
}

/** One matcher for several patterns; undefined for none. Patterns without a star cost one look-up together. */
export function compileGlobs(patterns: readonly string[]): Matcher | undefined {
  if (patterns.length <= 1) return patterns.map(compileGlob)[0]
  const plain = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const globs = patterns.filter((pattern) => pattern.includes('*')).map(compileGlob)
  return (text) => plain.has(text) || globs.some((matches) => matches(text))
}

/** Longer ones are looked at so far only: a name stands at the begin, and every request pays for the look. */
const LENGTH_MAX = 512

/**
 * Compiles the words that tell a crawler by its `User-Agent`, in whatever case and wherever they stand.
 *
 * @returns whether it is one; without the field it counts as a visitor
 */
export function compileCrawlers(words: readonly string[]): (userAgent: string | undefined) => boolean {
  if (words.length === 0) return () => false
  // Literal alternatives without repetition: the time is the product of both lengths at most.
  const pattern = new RegExp(words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'i')
  return (userAgent) => userAgent !== undefined && pattern.test(userAgent.slice(0, LENGTH_MAX))
}

/** @throws when there is no value: a median of nothing is a mistake of the caller */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('Cannot take the median of no values')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * The median of the ratios of two series measured in turn, round by round: what disturbs a round disturbs both of its
 * figures, so the ratio of neighbours is steadier than the ratio of medians.
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) throw new Error(`Cannot pair ${ours.length} rounds with ${theirs.length}`)
  return median(ours.map((value, round) => value / theirs[round]!))
}

/** @throws when there is no value: a median of nothing is a mistake of the caller */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('Cannot take the median of no values')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * The values a quarter and three quarters of the way through the sorted ones, between two of them in proportion.
 *
 * @throws when there is no value
 */
export function middleHalf(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) throw new Error('Cannot take the middle half of no values')
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = Math.floor(place)
    const next = sorted[below + 1] ?? sorted[below]!
    return sorted[below]! + (place - below) * (next - sorted[below]!)
  }
  return [at(0.25), at(0.75)]
}

/**
 * The ratios of two series measured in turn, round by round: what disturbs a round disturbs both of its figures, so the median of these is
 * steadier than the ratio of medians.
 */
export function pairedRatios(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  if (ours.length !== theirs.length) throw new Error(`Cannot pair ${ours.length} rounds with ${theirs.length}`)
  return ours.map((value, round) => value / theirs[round]!)
}

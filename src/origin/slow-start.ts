/** Of its weight, what a member starts with. */
const LEAST = 0.1

/**
 * The part of its weight that a member gets after a recovery: from a tenth to all, in a straight line. Caches and pools of a
 * server that was just started are empty, and its full share would knock it over again.
 */
export function slowStartFactor(sinceRecoveryMs: number, slowStartMs: number): number {
  if (sinceRecoveryMs >= slowStartMs) return 1
  return LEAST + (1 - LEAST) * Math.max(0, sinceRecoveryMs / slowStartMs)
}

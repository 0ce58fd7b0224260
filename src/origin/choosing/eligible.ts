/** What decides whether a member may be asked at all. */
export interface Eligibility {
  /** Only asked when no other member can be. */
  readonly backup: boolean
  /** Gets nothing new but what sticks to it. */
  readonly draining: boolean
  /** Requests do not speak against it, or the time for a trial has come. */
  readonly admits: boolean
  /** Probes do not speak against it. */
  readonly probedWell: boolean
}

export interface EligibleOptions {
  /** Below this share of members that probes find well, probes are not believed. From 0 to 1. */
  readonly panicBelow: number
}

/**
 * The members that may be asked, of the first class that has any: those that are well, backups that are well, then all that
 * admit requests whatever probes say. May be empty: then every member is held down, or drained.
 */
export function eligible<M extends Eligibility>(members: readonly M[], { panicBelow }: EligibleOptions): readonly M[] {
  const open = members.filter(({ draining, admits }) => !draining && admits)
  if (panics(members, panicBelow)) return firstClass(open)
  const well = firstClass(open.filter(({ probedWell }) => probedWell))
  return well.length > 0 ? well : firstClass(open)
}

function firstClass<M extends Eligibility>(members: readonly M[]): readonly M[] {
  const first = members.filter(({ backup }) => !backup)
  return first.length > 0 ? first : members
}

/** Probes that condemn nearly everybody are more likely wrong than right; and if they are right, nobody is worth sparing. */
function panics(members: readonly Eligibility[], panicBelow: number): boolean {
  if (panicBelow === 0) return false
  const asked = members.filter(({ backup, draining }) => !backup && !draining)
  const well = asked.filter(({ probedWell }) => probedWell)
  return well.length < asked.length * panicBelow
}

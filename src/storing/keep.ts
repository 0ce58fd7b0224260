import { firstValue } from '../http/fields.ts'
import { combine } from '../rfc9111/partial.ts'
import { expired } from '../rfc9111/stale.ts'
import { isSameStored, type StoredResponse } from '../rfc9111/stored-response.ts'
import { selectingKey } from '../rfc9111/vary.ts'
import type { MemoryTier } from '../tiers/memory/memory-tier.ts'

/**
 * Puts a complete response, or a complete part of one, into the memory tier. There is one stored response for each variant:
 * a part never takes the place of the whole, and is joined to another part of the same representation (RFC 9111 §3.4).
 */
export function keep(memory: MemoryTier, key: string, stored: StoredResponse, nowMs: number): void {
  const variant = selectingKey(stored.selecting)
  const sameVariant = (other: StoredResponse): boolean => selectingKey(other.selecting) === variant
  const before = stored.range === undefined ? undefined : memory.peek(key)?.find(sameVariant)
  if (before === undefined || before.range !== undefined) {
    memory.put(key, (before && combine(before, stored)) ?? stored, sameVariant)
  } else if (isAnother(before, stored)) {
    // The part is the newer word of the origin: the whole is out of date, if good enough for when the origin fails.
    memory.update(key, (other) => (isSameStored(other, before) ? expired(before, nowMs) : other))
  }
}

/** Whether two responses show by their validators that they are not of one representation. */
function isAnother(before: StoredResponse, now: StoredResponse): boolean {
  return ['etag', 'last-modified'].some((name) => firstValue(before.fields, name) !== firstValue(now.fields, name))
}

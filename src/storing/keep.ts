import { combine } from '../rfc9111/partial.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { selectingKey } from '../rfc9111/vary.ts'
import type { MemoryTier } from '../tiers/memory-tier.ts'

/**
 * Puts a complete response, or a complete part of one, into the memory tier. There is one stored response for each variant:
 * a part never takes the place of the whole, and is joined to another part of the same representation (RFC 9111 §3.4).
 */
export function keep(memory: MemoryTier, key: string, stored: StoredResponse): void {
  const variant = selectingKey(stored.selecting)
  const sameVariant = (other: StoredResponse): boolean => selectingKey(other.selecting) === variant
  const before = stored.range === undefined ? undefined : memory.peek(key)?.find(sameVariant)
  if (before !== undefined && before.range === undefined) return
  memory.put(key, (before && combine(before, stored)) ?? stored, sameVariant)
}

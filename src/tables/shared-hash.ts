/**
 * A hash that all threads and all boxes agree on, to share keys out evenly: FNV-1a, mixed. No secret is in it, so it is not for tables
 * whose keys strangers choose (`text-hash.ts`).
 *
 * @returns an integer from 0 to 2^32 - 1
 */
export function sharedHash(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mixed(hash)
}

/**
 * Every bit depends on every other: murmur3's finaliser. FNV alone hardly carries the last characters into the high bits, and its low
 * bits know little of the first ones.
 *
 * @returns an integer from 0 to 2^32 - 1
 */
export function mixed(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

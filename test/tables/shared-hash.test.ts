import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sharedHash } from '../../src/tables/shared-hash.ts'

/** Hundredfold: ten more or less are to be expected, six times that is no chance any more. */
function assertEven(counts: Uint32Array): void {
  assert.ok(Math.max(...counts) < 160 && Math.min(...counts) > 40, `${Math.min(...counts)} to ${Math.max(...counts)}`)
}

describe('the hash that all agree on', () => {
  it('is the same on every box and in every release, or keys would move to other members', () => {
    // FNV-1a's published values, 0x811c9dc5 and 0xe40c292c, through murmur3's finaliser.
    assert.equal(sharedHash(''), finalised(0x811c9dc5n))
    assert.equal(sharedHash('a'), finalised(0xe40c292cn))
    assert.equal(sharedHash('foobar'), finalised(0xbf9cf968n))
  })

  it('shares keys out evenly, whether by what is left of a division, by low bits or by high ones', () => {
    const byRemainder = new Uint32Array(999)
    const byLowBits = new Uint32Array(1024)
    const byHighBits = new Uint32Array(1024)
    for (let i = 0; i < 102_400; i++) {
      const hash = sharedHash(`http:6:h.test:/page/${i}`)
      byRemainder[hash % 999]!++
      byLowBits[hash & 1023]!++
      byHighBits[hash >>> 22]!++
    }
    for (const counts of [byRemainder, byLowBits, byHighBits]) assertEven(counts)
  })
})

/** Murmur3's finaliser in whole numbers without a width, as it is published. */
function finalised(hash: bigint): number {
  const shifted = (value: bigint, bits: bigint) => value ^ (value >> bits)
  const first = BigInt.asUintN(32, shifted(hash, 16n) * 0x85ebca6bn)
  const second = BigInt.asUintN(32, shifted(first, 13n) * 0xc2b2ae35n)
  return Number(shifted(second, 16n))
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BLOCK_BYTES, BlockStore, type Bytes } from '../../../src/tiers/memory/block-store.ts'

const MIB = 1024 * 1024

/** Bytes that differ from those of every other call. */
function bytesOf(length: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + seed * 7919 + (i >> 8)) & 0xff
  return bytes
}

function recordOf(length: number, seed: number): Bytes {
  return { bytes: bytesOf(length, seed), length }
}

function read(store: BlockStore, record: number): Buffer {
  const into = Buffer.alloc(store.lengthOf(record))
  assert.equal(store.read(record, into), into.length)
  return into
}

const length = fc.oneof(
  fc.integer({ min: 1, max: 3 * BLOCK_BYTES }),
  fc.integer({ min: 1, max: 3000 }),
  fc.integer({ min: 50_000, max: 400_000 }),
)
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'replace', 'delete', 'delete many'),
  length,
  which: fc.nat(),
  room: fc.nat(300),
})

describe('records in blocks', () => {
  it('are what was written, whatever else was written, replaced and deleted', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 150, size: 'max' }), (steps) => {
        const store = new BlockStore()
        const model = new Map<number, Buffer>()
        for (const [i, { kind, length, which, room }] of steps.entries()) {
          const records = [...model.keys()]
          const record = records[which % Math.max(1, records.length)]
          const bytes = bytesOf(length, i)
          const content = { bytes: Buffer.concat([bytes, Buffer.alloc(room)]), length }
          if (kind === 'add' || record === undefined) {
            const added = store.add(content)
            assert.ok(!model.has(added))
            model.set(added, bytes)
          } else if (kind === 'replace') {
            store.replace(record, content)
            model.set(record, bytes)
          } else {
            const gone = kind === 'delete' ? [record] : records.filter((_, at) => (at + which) % 4 !== 0)
            for (const one of gone) {
              store.delete(one)
              model.delete(one)
              assert.ok(!store.has(one))
            }
          }
        }
        for (const [record, bytes] of model) assert.ok(read(store, record).equals(bytes))
      }),
      { numRuns: 60 },
    )
  })

  it('can be told apart by how they begin', () => {
    fc.assert(
      fc.property(length, fc.nat(), (length, at) => {
        const store = new BlockStore()
        const bytes = bytesOf(length, 1)
        const record = store.add({ bytes, length })
        const part = Buffer.concat([bytes.subarray(0, (at % length) + 1), Buffer.alloc(10)])
        assert.ok(store.startsWith(record, { bytes: part, length: (at % length) + 1 }))
        part[at % length]! ^= 1
        assert.ok(!store.startsWith(record, { bytes: part, length: (at % length) + 1 }))
        assert.ok(!store.startsWith(record, { bytes: Buffer.alloc(length + 1), length: length + 1 }))
      }),
      { numRuns: 50 },
    )
  })

  it('give back their slabs when few are left, wherever those are', () => {
    const store = new BlockStore()
    const records = Array.from({ length: 16_000 }, (_, i) => ({ i, record: store.add(recordOf(1000, i)) }))
    const full = store.slabBytes
    assert.ok(full >= 16 * MIB && full < 20 * MIB)
    for (const { i, record } of records) if (i % 16 !== 5) store.delete(record)
    assert.ok(store.slabBytes < 4.5 * MIB, `${store.slabBytes} bytes for one MiB`)
    for (const { i, record } of records) if (i % 16 === 5) assert.ok(read(store, record).equals(bytesOf(1000, i)))
  })

  it('take no more room however often they are replaced by others of other lengths', () => {
    const store = new BlockStore()
    const records = Array.from({ length: 2000 }, (_, i) => store.add(recordOf(1500, i)))
    const before = store.slabBytes
    for (let round = 1; round < 20; round++) {
      for (const [i, record] of records.entries()) store.replace(record, recordOf(1 + ((i * round * 37) % 2900), i))
    }
    assert.ok(store.slabBytes <= before + 2 * MIB)
  })

  it('are refused without a byte', () => {
    assert.throws(() => new BlockStore().add({ bytes: Buffer.alloc(10), length: 0 }), RangeError)
  })
})

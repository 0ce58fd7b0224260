import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { EventLog } from '../../src/log/event-log.ts'
import { MemorySnapshot } from '../../src/site/memory-snapshot.ts'
import { MemoryTier } from '../../src/tiers/memory/memory-tier.ts'
import type { RemoteTiers } from '../../src/tiers/remote-tiers.ts'
import { ownerOf } from '../../src/workers/peer-messages.ts'
import { HeldClock } from '../support/held-clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { stored } from '../tiers/tier-fixtures.ts'

const folder = temporaryFolder()
after(() => folder.remove())
let files = 0

interface Box {
  readonly file: string
  readonly bytesMax?: number
  /** What the log of invalidations says of each key. */
  readonly verdicts?: Readonly<Record<string, 'valid' | 'expired' | 'purged'>>
  readonly index?: number
  readonly workers?: number
}

function life({ file, bytesMax = 1e6, verdicts, index = 0, workers = 1 }: Box) {
  const memory = new MemoryTier({ bytesMax: 1e7, objectBytesMax: 1e6, variantsMax: 8 })
  const said: string[] = []
  const note = (_: unknown, message: string): number => said.push(message)
  const log = { info: note, error: note } as unknown as EventLog
  const judge = async () => (about: { readonly key: string }) => verdicts?.[about.key] ?? 'valid'
  const tiers = verdicts && ({ position: '5-0', judge } as unknown as RemoteTiers)
  const settings = { file, bytesMax, withinMs: 1000 }
  const snapshot = new MemorySnapshot({ settings, memory, tiers, clock: new HeldClock(), log, index, workers })
  const put = (...keys: string[]): void => {
    for (const key of keys) memory.put(key, stored(key), () => false)
  }
  return { memory, snapshot, said, put }
}

const newFile = (): string => join(folder.path, `memory-${files++}`)

describe('memory between two lives', () => {
  it('is restored in its order of use', async () => {
    const file = newFile()
    const former = life({ file })
    former.put('a', 'b', 'c')
    former.memory.get('a')
    await former.snapshot.save()
    const next = life({ file })
    await next.snapshot.restore()
    assert.deepEqual([...next.memory.keys()], ['b', 'c', 'a'])
  })

  it('has the variants of a key in their order', async () => {
    const file = newFile()
    const former = life({ file })
    for (const body of ['old', 'new']) {
      const request = ['Accept-Language', body]
      former.memory.put('a', stored(body, { fields: ['Vary', 'Accept-Language'], request }), () => false)
    }
    await former.snapshot.save()
    const next = life({ file })
    await next.snapshot.restore()
    assert.deepEqual(
      next.memory.peek('a')?.map(({ body }) => body.toString()),
      ['new', 'old'],
    )
  })

  it('keeps what was used last when not all may be kept', async () => {
    const file = newFile()
    const former = life({ file, bytesMax: 700 })
    former.put('a', 'b', 'c', 'd')
    await former.snapshot.save()
    const next = life({ file })
    await next.snapshot.restore()
    const kept = [...next.memory.keys()]
    assert.ok(kept.length > 0 && kept.length < 4)
    assert.deepEqual(kept, ['a', 'b', 'c', 'd'].slice(-kept.length))
  })

  it('leaves out what was purged meanwhile, and has validated what was expired', async () => {
    const file = newFile()
    const former = life({ file, verdicts: {} })
    former.put('valid', 'expired', 'purged')
    await former.snapshot.save()
    const next = life({ file, verdicts: { expired: 'expired', purged: 'purged' } })
    await next.snapshot.restore()
    assert.deepEqual([...next.memory.keys()], ['valid', 'expired'])
    assert.deepEqual(
      [...next.memory.keys()].map((key) => next.memory.peek(key)?.[0]?.invalidated),
      [false, true],
    )
  })

  it('is gone when it was discarded', async () => {
    const file = newFile()
    const former = life({ file })
    former.put('a')
    await former.snapshot.save()
    await life({ file }).snapshot.discard()
    const next = life({ file })
    await next.snapshot.restore()
    assert.deepEqual([...next.memory.keys()], [])
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => file.endsWith(name)),
      [],
    )
  })

  it('is divided among any number of threads, each taking the keys that it owns', async () => {
    const file = newFile()
    const keys = Array.from({ length: 30 }, (_, i) => `key ${i}`)
    for (const index of [0, 1, 2]) {
      const former = life({ file, index, workers: 3 })
      // All had most of them: copies are restored once.
      former.put(...keys.filter((_, i) => i % 3 !== index))
      await former.snapshot.save()
    }
    const next = [0, 1].map((index) => life({ file, index, workers: 2 }))
    for (const { snapshot } of next) await snapshot.restore()
    for (const [index, { memory }] of next.entries()) {
      assert.deepEqual([...memory.keys()].toSorted(), keys.filter((key) => ownerOf(key, 2) === index).toSorted())
      for (const key of memory.keys()) assert.equal(memory.peek(key)?.length, 1)
    }
    for (const { snapshot } of next) await snapshot.discard()
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.startsWith(basename(file))),
      [],
    )
  })

  it('has the latest of several copies', async () => {
    const file = newFile()
    for (const [index, responseTimeMs] of [2000, 3000, 1000].entries()) {
      const former = life({ file, index, workers: 3 })
      former.memory.put('a', stored(`as of ${responseTimeMs}`, { responseTimeMs }), () => false)
      await former.snapshot.save()
    }
    const next = life({ file })
    await next.snapshot.restore()
    assert.deepEqual(
      next.memory.peek('a')?.map(({ body }) => body.toString()),
      ['as of 3000'],
    )
  })

  it('is not written again by one that left it to a successor, unless there is none', async () => {
    const file = newFile()
    const former = life({ file })
    former.put('a')
    await former.snapshot.leave()
    await life({ file }).snapshot.discard()
    await former.snapshot.save()
    const next = life({ file })
    await next.snapshot.restore()
    assert.deepEqual([...next.memory.keys()], [])
    await former.snapshot.discard()
    await former.snapshot.save()
    await next.snapshot.restore()
    assert.deepEqual([...next.memory.keys()], ['a'])
  })

  it('starts empty, and says so, when the file is none of ours', async () => {
    const file = newFile()
    writeFileSync(file, 'something else', { mode: 0o600 })
    const next = life({ file })
    await next.snapshot.restore()
    assert.deepEqual([...next.memory.keys()], [])
    assert.deepEqual(next.said, ['what was written down of memory cannot be used'])
  })

  it('says when it cannot be written, and nothing else happens', async () => {
    const former = life({ file: join(folder.path, 'no-such-folder', 'memory') })
    former.put('a')
    await former.snapshot.save()
    assert.deepEqual(former.said, ['memory could not be written down: the next start is cold'])
  })
})

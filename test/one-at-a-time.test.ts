import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { OneAtATime } from '../src/one-at-a-time.ts'

/** Runs that last until they are ended. */
function setUp() {
  const runs: PromiseWithResolvers<number>[] = []
  const work = new OneAtATime(() => {
    const run = Promise.withResolvers<number>()
    runs.push(run)
    return run.promise
  })
  return { runs, work }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('work that is done one at a time', () => {
  it('begins at once when none is under way', async () => {
    const { runs, work } = setUp()
    const first = work.run()
    assert.equal(runs.length, 1)
    runs[0]?.resolve(1)
    assert.equal(await first, 1)
    void work.run()
    assert.equal(runs.length, 2)
  })

  it('is done once more for all who ask while it is under way, and not before it has ended', async () => {
    const { runs, work } = setUp()
    const first = work.run()
    const [second, third] = [work.run(), work.run()]
    await settled()
    assert.equal(runs.length, 1)
    runs[0]?.resolve(1)
    assert.equal(await first, 1)
    assert.equal(runs.length, 2)
    const fourth = work.run()
    runs[1]?.resolve(2)
    assert.deepEqual(await Promise.all([second, third]), [2, 2])
    runs[2]?.resolve(3)
    assert.equal(await fourth, 3)
    await settled()
    assert.equal(runs.length, 3)
  })

  it('that fails fails for those who asked for it, not for those behind them', async () => {
    const { runs, work } = setUp()
    const first = work.run()
    const second = work.run()
    runs[0]?.reject(new Error('broken'))
    await assert.rejects(first, /broken/)
    runs[1]?.resolve(2)
    assert.equal(await second, 2)
  })

  it('never overlaps, and who asks gets a run that began no earlier, whenever they ask', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 30 }), async (pauses) => {
        let underWay = 0
        let begun = 0
        const work = new OneAtATime(async () => {
          assert.equal(underWay++, 0)
          const number = begun++
          for (let i = 0; i < 3; i++) await undefined
          underWay--
          return number
        })
        const answers: Promise<void>[] = []
        for (const pause of pauses) {
          for (let i = 0; i < pause; i++) await undefined
          const before = begun
          answers.push(work.run().then((number) => assert.ok(number >= before)))
        }
        await Promise.all(answers)
      }),
    )
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Invalidation } from '../../src/tiers/invalidation.ts'
import { MessagesInTurn } from '../../src/tiers/messages-in-turn.ts'
import { RemoteTiers } from '../../src/tiers/remote-tiers.ts'
import { noInvalidations } from '../../src/tiers/tier.ts'
import { HeldClock } from '../support/held-clock.ts'

const deadlineMs = 50
const tag = (value: string, soft = true): Invalidation => ({ scope: 'tag', value, soft })
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Tiers whose log takes what is said when the test says so, and then waits for boxes as long as it may. */
function tiersOfLog() {
  const clock = new HeldClock()
  const said: { readonly values: readonly string[]; readonly settle: (position: string | undefined) => void }[] = []
  const log = {
    ...{ ...noInvalidations, counts: () => assert.fail(), caughtUp: async () => true, close: async () => {} },
    say: (invalidations: readonly Invalidation[]) =>
      new Promise<string | undefined>((resolve) => {
        said.push({ values: invalidations.map(({ value }) => value), settle: resolve })
      }),
    acknowledged: async (position: string | undefined, withinMs: number) => {
      if (position !== undefined) await new Promise<void>((resolve) => void clock.after(withinMs, resolve))
      return [{ name: 'here', acknowledged: true }]
    },
  }
  const tiers = new RemoteTiers({ tiers: [], clock, log, keysOf: () => [], deadlineMs })
  return { clock, said, tiers }
}

/** The time by the held clock when something is over, and what it came to. */
async function ended<T>(clock: HeldClock, work: Promise<T>): Promise<{ readonly afterMs: number; readonly result: T }> {
  const startMs = clock.now()
  let end: { readonly afterMs: number; readonly result: T } | undefined
  void work.then((result) => {
    end = { afterMs: clock.now() - startMs, result }
  })
  for (;;) {
    await turn()
    if (end !== undefined) return end
    assert.ok(clock.now() - startMs < 20_000, 'it takes for ever')
    clock.advance(1)
  }
}

describe('telling other boxes', () => {
  it('waits for the log and for boxes together no longer than was said; without it, as long as a request waits for tiers', async () => {
    for (const withinMs of [undefined, 1_000]) {
      const { clock, said, tiers } = tiersOfLog()
      const hung = await ended(clock, tiers.invalidate([tag('a')], withinMs))
      assert.deepEqual([hung.afterMs, hung.result.position], [withinMs ?? deadlineMs, undefined])
      said[0]!.settle('1')
      const telling = tiers.invalidate([tag('b')], withinMs)
      await turn()
      clock.advance(20)
      said[1]!.settle('2')
      const { afterMs, result } = await ended(clock, telling)
      assert.deepEqual([afterMs + 20, result.position], [withinMs ?? deadlineMs, '2'])
    }
  })

  it('tells the next thing when the last one stands in the log, whether boxes have acknowledged it or not', async () => {
    const { said, tiers } = tiersOfLog()
    void tiers.invalidate([tag('a')], 1_000)
    void tiers.invalidate([tag('b')], 1_000)
    await turn()
    assert.equal(said.length, 1)
    said[0]!.settle('1')
    await turn()
    assert.deepEqual(said[1]?.values, ['b'])
  })

  it('tells the next thing after one deadline when the log hangs: it is in force here when its sender has waited', async () => {
    const { clock, said, tiers } = tiersOfLog()
    void tiers.invalidate([tag('a')], 1_000)
    await turn()
    clock.advance(10)
    const next = ended(clock, tiers.invalidate([tag('b')]))
    assert.equal((await next).afterMs, deadlineMs)
    assert.deepEqual(said[1]?.values, ['b'])
  })
})

describe('messages in turn', () => {
  it('unite what is said while one is under way, say equal things once, and become one of everything above a thousand', async () => {
    const sent: (readonly Invalidation[])[] = []
    let end = () => {}
    const messages = new MessagesInTurn((invalidations) => {
      sent.push(invalidations)
      const over = new Promise<void>((resolve) => {
        end = resolve
      })
      return { answer: over.then(() => sent.length), turn: over }
    })
    const first = messages.say([tag('a')])
    const second = ['b', 'c', 'b'].map((value) => messages.say([tag(value)]))
    assert.deepEqual(sent, [[tag('a')]])
    end()
    assert.equal(await first, 1)
    assert.deepEqual(sent[1], [tag('b'), tag('c')])
    const third = messages.say(Array.from({ length: 1_001 }, (_, i) => tag(`${i}`)))
    end()
    assert.deepEqual(await Promise.all(second), [2, 2, 2])
    assert.deepEqual(sent[2], [{ scope: 'everything', value: '', soft: true }])
    end()
    await third
  })
})

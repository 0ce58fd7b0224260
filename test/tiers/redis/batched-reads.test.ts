import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { RedisStore } from '../../../src/tiers/redis/redis-store.ts'
import { parseRedisUrl } from '../../../src/tiers/redis/redis-url.ts'
import { StoreError } from '../../../src/tiers/remote-store.ts'
import { ScriptedStore } from '../scripted-store.ts'

const settings = { connectTimeoutMs: 1_000, silenceMs: 5_000 }
const small = 'x'.repeat(1_000)
const large = 'x'.repeat(100_000)

describe('what is looked for in Redis in one turn', () => {
  let server: ScriptedStore
  let store: RedisStore
  /** Names of each MGET. */
  let asked: (readonly string[])[]
  let label: string

  beforeEach(async () => {
    asked = []
    server = await ScriptedStore.start('redis', ([command = '', ...names]) => {
      if (command.toLowerCase() !== 'mget') return ':0\r\n'
      asked.push(names)
      if (names.includes('refused')) return '-NOPERM no\r\n'
      return `*${names.length}\r\n${names.map(bulk).join('')}`
    })
    const place = parseRedisUrl(`redis://127.0.0.1:${server.port}`)
    store = new RedisStore({ ...settings, place }, 'test')
    label = store.servers()[0]!
    await store.trial(label)
  })
  afterEach(async () => {
    await store.close()
    await server.stop()
  })

  const lookFor = async (names: readonly string[]) => {
    const values = await Promise.all(names.map((name) => store.get(label, name)))
    return values.map((value) => value?.toString())
  }
  const numbered = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}${i}`)

  it('is asked for with one command once values are known to be small, and each gets its own', async () => {
    await lookFor(numbered('small', 40))
    asked = []
    const names = ['small:1', 'absent', 'small:2']
    assert.deepEqual(await lookFor(names), [`${small}small:1`, undefined, `${small}small:2`])
    assert.deepEqual(asked, [names])
  })

  it('is asked for one by one while values are large: nobody waits for the bytes of others', async () => {
    await lookFor(numbered('small', 40))
    await lookFor(numbered('large', 40))
    asked = []
    await lookFor(['large:1', 'large:2', 'large:3'])
    assert.deepEqual(asked, [['large:1'], ['large:2'], ['large:3']])
  })

  it('is bounded: very many have several commands', async () => {
    for (let i = 0; i < 5; i++) await lookFor(numbered('small', 40))
    asked = []
    await lookFor(numbered('small', 100))
    assert.deepEqual(
      asked.map(({ length }) => length),
      [32, 32, 32, 4],
    )
  })

  it('fails together, and what is looked for next does not', async () => {
    await lookFor(numbered('small', 40))
    const outcomes = await Promise.allSettled(['small:1', 'refused'].map((name) => store.get(label, name)))
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof StoreError)
      assert.equal(outcome.reason.trouble, 'refused')
    }
    assert.deepEqual(await lookFor(['small:1']), [`${small}small:1`])
  })
})

function bulk(name: string): string {
  if (name === 'absent') return '$-1\r\n'
  const value = (name.startsWith('large') ? large : small) + name
  return `$${value.length}\r\n${value}\r\n`
}

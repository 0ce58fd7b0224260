import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { Patience } from '../../src/tiers/patience.ts'
import { emptyMemcached, emptyRedis, type Script, ScriptedStore } from './scripted-store.ts'
import { type OpenTier, openMemcached, openRedis, stored } from './tier-fixtures.ts'

describe('a tier whose redis answers', () => {
  let server: ScriptedStore
  let opened: OpenTier
  before(async () => {
    server = await ScriptedStore.start('redis', emptyRedis)
  })
  after(() => server.stop())

  const reopen = async (script: Script, options: { deadlineMs?: number } = {}) => {
    server.script = emptyRedis
    opened = await openRedis(`redis://127.0.0.1:${server.port}`, options)
    assert.equal(opened.tier.state, 'up')
    server.script = script
  }
  const except = (name: string, answer: string | ((connection: Socket) => void)): Script => {
    return (words) => (words[0]?.toLowerCase() === name ? answer : emptyRedis(words))
  }

  for (const error of [
    'NOAUTH Authentication required.',
    'LOADING Redis is loading',
    'MOVED 1 127.0.0.1:1',
    'ERR odd',
  ]) {
    it(`A-TI-10 -${error.split(' ')[0]} is down, and up when it has passed`, async () => {
      const always: Script = (words) => (words[0]?.toLowerCase() === 'set' ? '+OK\r\n' : `-${error}\r\n`)
      await reopen(always)
      assert.equal(await opened.tier.find('/', []), undefined)
      assert.match((await opened.states.latest('down')).why ?? '', new RegExp(error.split(' ')[0]!))
      assert.equal(opened.tier.counts().failed, 1)
      server.script = emptyRedis
      await opened.states.latest('up')
      await opened.tier.close()
    })
  }

  it('A-TI-10 -WRONGTYPE is a miss and nothing more', async () => {
    await reopen(except('mget', '-WRONGTYPE Operation against a key\r\n'))
    assert.equal(await opened.tier.find('/', []), undefined)
    assert.equal(opened.tier.counts().failed, 1)
    assert.equal(opened.tier.state, 'up')
    await opened.tier.close()
  })

  for (const error of ['OOM command not allowed', 'READONLY You cannot write', 'MISCONF Errors writing']) {
    it(`A-TI-10 -${error.split(' ')[0]} to writes is read-only, and said once`, async () => {
      await reopen(except('set', `-${error}\r\n`))
      for (let i = 0; i < 5; i++) opened.tier.put(`/${i}`, stored('x'), 60)
      await opened.tier.settled()
      assert.equal(opened.tier.state, 'read-only')
      assert.equal(await opened.tier.find('/', []), undefined)
      const { refused, dropped, misses } = opened.tier.counts()
      assert.deepEqual([refused + dropped, misses], [5, 1])
      assert.deepEqual(
        opened.states.changes.map(({ state }) => state),
        ['up', 'read-only'],
      )
      await opened.tier.close()
    })
  }

  it('half a reply and ends the connection is a miss', async () => {
    await reopen(except('mget', (connection) => connection.end('*1\r\n$1000\r\nBWR')))
    assert.equal(await opened.tier.find('/', []), undefined)
    const { late, failed } = opened.tier.counts()
    assert.deepEqual([late, failed], [0, 1])
    await opened.states.latest('down')
    server.script = emptyRedis
    await opened.states.latest('up')
    await opened.tier.close()
  })

  it('too late is down after three, and no late answer is taken for another', async () => {
    const held: (() => void)[] = []
    const hold = (words: readonly string[]) => (connection: Socket) => {
      held.push(() => connection.write(emptyRedis(words) as string))
    }
    const deadlineMs = 100
    await reopen(hold, { deadlineMs })
    for (let i = 0; i < 3; i++) {
      // Who asks waits for longer than the server has: when they give up, it has been judged, and the answer is late for both.
      const patience = new Patience(systemClock(), 2 * deadlineMs)
      assert.equal(await opened.tier.find('/', [], patience), undefined)
      for (const answer of held.splice(0)) answer()
    }
    await opened.states.latest('down')
    assert.equal(opened.tier.counts().late, 3)
    await opened.tier.close()
  })

  it('with garbage is a miss', async () => {
    await reopen(except('mget', 'HTTP/1.1 400 Bad Request\r\n\r\n'))
    assert.equal(await opened.tier.find('/', []), undefined)
    await opened.tier.close()
  })

  it('A-TI-06 with a damaged value is a miss, and the value is removed', async () => {
    const removed: string[] = []
    await reopen((words) => {
      if (words[0] === 'mget') return '*1\r\n$3\r\nBWx\r\n'
      if (words[0] === 'unlink') removed.push(words[1]!)
      return emptyRedis(words)
    })
    assert.equal(await opened.tier.find('/', []), undefined)
    await opened.tier.settled()
    assert.equal(opened.tier.counts().corrupt, 1)
    assert.match(removed.join(), /^breakwater:\{[0-9a-f]{32}\}$/)
    await opened.tier.close()
  })

  it('A-TI-08 with a value of a later version is a miss, and the value stays', async () => {
    await reopen((words) => (words[0] === 'mget' ? `*1\r\n$40\r\nBWR\x02${'x'.repeat(36)}\r\n` : emptyRedis(words)))
    assert.equal(await opened.tier.find('/', []), undefined)
    const { otherVersion, removed, queuedWrites } = opened.tier.counts()
    assert.deepEqual([otherVersion, removed, queuedWrites], [1, 0, 0])
    await opened.tier.close()
  })

  it('A-TI-04, A-TI-11 sees names of hashes only, and an expiry with each value', async () => {
    const seen: (readonly string[])[] = []
    await reopen((words) => {
      seen.push(words)
      return emptyRedis(words)
    })
    const key = '/a b\r\nflush_all\r\n'
    opened.tier.put(key, stored('x', { fields: ['Vary', 'X-A'], request: ['X-A', 'y\r\nz'] }), 60)
    await opened.tier.settled()
    await opened.tier.find(key, [])
    const names = seen.flatMap(([name, ...rest]) => (name === 'mget' ? rest : [rest[0]!]))
    for (const name of names) assert.match(name, /^breakwater:(\{[0-9a-f]{32}\}(:v:[0-9a-f]{32})?|trial)$/)
    const sets = seen.filter(([name]) => name === 'set')
    assert.equal(sets.length, 2)
    for (const words of sets) assert.equal(words.at(-2)?.toLowerCase(), 'ex')
    await opened.tier.close()
  })
})

describe('a tier whose memcached answers', () => {
  let server: ScriptedStore
  let opened: OpenTier
  before(async () => {
    server = await ScriptedStore.start('memcached', emptyMemcached)
  })
  after(() => server.stop())

  const reopen = async (script: Script) => {
    server.script = emptyMemcached
    opened = await openMemcached([`127.0.0.1:${server.port}`])
    assert.equal(opened.tier.state, 'up')
    server.script = script
  }

  const fatal: Readonly<Record<string, string | ((connection: Socket) => void)>> = {
    'a reply to another command': 'EN O999999\r\n',
    'ERROR, like one without the meta protocol': 'ERROR\r\n',
    'half a value and the end': (connection) => connection.end('VA 100 O1\r\nabc'),
    'a value longer than it says': 'VA 1 O1\r\nabcdef\r\n',
    'a value beyond all bounds': 'VA 9999999999 O1\r\n',
    'more replies than there are commands': 'EN O1\r\n'.repeat(50),
    'a reset': (connection) => connection.resetAndDestroy(),
  }
  for (const [what, answer] of Object.entries(fatal)) {
    it(`with ${what} is a miss, ends the connection, and recovers`, async () => {
      await reopen(() => answer)
      assert.equal(await opened.tier.find('/', []), undefined)
      await opened.states.latest('down')
      server.script = emptyMemcached
      await opened.states.latest('up')
      await opened.tier.close()
    })
  }

  it('SERVER_ERROR out of memory to writes is read-only', async () => {
    await reopen((words) =>
      words[0] === 'ms' ? 'SERVER_ERROR out of memory storing object\r\n' : emptyMemcached(words),
    )
    opened.tier.put('/', stored('x'), 60)
    await opened.tier.settled()
    assert.equal(opened.tier.state, 'read-only')
    assert.equal(await opened.tier.find('/', []), undefined)
    assert.equal(opened.tier.counts().misses, 1)
    await opened.tier.close()
  })

  it('A-TI-04, A-TI-11 sees names of hashes only, and an expiry of at most 30 days', async () => {
    const seen: (readonly string[])[] = []
    await reopen((words) => {
      seen.push(words)
      return emptyMemcached(words)
    })
    opened.tier.put('/a b\r\nflush_all\r\n', stored('x'), 400 * 86_400)
    await opened.tier.settled()
    const [set] = seen.filter(([name]) => name === 'ms')
    assert.match(set?.[1] ?? '', /^breakwater:\{[0-9a-f]{32}\}$/)
    assert.ok(set?.includes('T2592000'))
    await opened.tier.close()
  })
})

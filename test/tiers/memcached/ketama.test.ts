import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '../../../src/clock.ts'
import { KetamaRing, type RingServer } from '../../../src/tiers/memcached/ketama.ts'
import { MemcachedStore, parseMemcachedServer } from '../../../src/tiers/memcached/memcached-store.ts'

const keys = [
  ...Array.from({ length: 40 }, (_, i) => `key${i}`),
  'bw:{0123456789abcdef0123456789abcdef}',
  'a',
  'some longer key with a dot.',
]

/** The index of the server of each of `keys`: what libmemcached 1.1.4 says with `MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED`. */
const vectors: readonly { readonly servers: readonly RingServer[]; readonly indexes: string }[] = [
  {
    servers: [
      { label: '10.0.0.1', weight: 1 },
      { label: '10.0.0.2', weight: 1 },
      { label: '10.0.0.3:11212', weight: 1 },
    ],
    indexes: '1201010022022202221111211112222021111221212',
  },
  {
    servers: [
      { label: '10.0.0.1', weight: 3 },
      { label: '10.0.0.2', weight: 1 },
      { label: 'cache.example.com:11300', weight: 6 },
      { label: '10.0.0.4', weight: 2 },
    ],
    indexes: '2232020220020020222232213202113222122122233',
  },
  {
    servers: [
      { label: '127.0.0.1', weight: 1 },
      { label: '127.0.0.1:11212', weight: 1 },
    ],
    indexes: '1110010101111010100000011000100101000000110',
  },
  {
    servers: [
      { label: '/run/a.sock:0', weight: 1 },
      { label: '/run/b.sock:0', weight: 1 },
      { label: '10.0.0.1', weight: 2 },
    ],
    indexes: '0200220120212222000210012020111010201102221',
  },
]

describe('the ring of memcached servers', () => {
  it('puts keys where libmemcached puts them', () => {
    for (const { servers, indexes } of vectors) {
      const ring = new KetamaRing(servers)
      assert.equal(keys.map((key) => ring.serverOf(key)).join(''), indexes)
    }
  })

  it('moves only the keys of a server that is passed over', () => {
    const ring = new KetamaRing(vectors[0]!.servers)
    for (const key of keys) {
      const usual = ring.serverOf(key)
      const without = ring.serverOf(key, (index) => index !== 1)
      assert.notEqual(without, 1)
      if (usual !== 1) assert.equal(without, usual)
    }
  })

  it('has none when all are passed over', () => {
    assert.equal(
      new KetamaRing(vectors[0]!.servers).serverOf('key', () => false),
      undefined,
    )
    assert.equal(new KetamaRing([]).serverOf('key'), undefined)
  })

  it('divides keys by weight', () => {
    const ring = new KetamaRing([
      { label: '10.0.0.1', weight: 3 },
      { label: '10.0.0.2', weight: 1 },
    ])
    const counts = [0, 0]
    for (let i = 0; i < 10_000; i++) counts[ring.serverOf(`key-${i}`)!]!++
    assert.ok(counts[0]! > 7_000 && counts[0]! < 8_000, String(counts))
  })
})

describe('addresses of memcached servers', () => {
  it('are read with port, socket, IPv6 and weight', () => {
    assert.deepEqual(parseMemcachedServer('10.0.0.1'), { address: { host: '10.0.0.1', port: 11211 }, weight: 1 })
    assert.deepEqual(parseMemcachedServer('[::1]:12000#3'), { address: { host: '::1', port: 12000 }, weight: 3 })
    assert.deepEqual(parseMemcachedServer('/run/m.sock#2'), { address: { path: '/run/m.sock' }, weight: 2 })
  })

  it('that cannot be meant are refused', () => {
    for (const text of ['', 'a:b', 'a:70000', 'a#0', 'a#x', 'a b:1', ':11211']) {
      assert.throws(() => parseMemcachedServer(text), RangeError, text)
    }
  })

  it('of one server twice are refused', () => {
    const servers = ['10.0.0.1', '10.0.0.1:11211'].map(parseMemcachedServer)
    const limits = { connectTimeoutMs: 1, silenceMs: 1, valueBytesMax: 1, commandsMax: 1, bytesMax: 1 }
    assert.throws(() => new MemcachedStore({ servers, whenDown: 'skip', ...limits }, systemClock()), /twice/)
  })

  it('keep the names of one cache key on one server', () => {
    const servers = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseMemcachedServer)
    const limits = { connectTimeoutMs: 1, silenceMs: 1, valueBytesMax: 1, commandsMax: 1, bytesMax: 1 }
    const store = new MemcachedStore({ servers, whenDown: 'skip', ...limits }, systemClock())
    for (let i = 0; i < 100; i++) {
      const base = store.serverOf(`site:{${i}}`, () => true)
      assert.equal(
        store.serverOf(`site:{${i}}:v:1:c:2`, () => true),
        base,
      )
    }
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Config } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/read-config.ts'

function configOf(text: string): Config {
  const read = readConfig({ text, file: 'site.yaml' })
  assert.ok(read.kind === 'ok', JSON.stringify(read))
  return read.config
}

function problemsOf(text: string): string {
  const read = readConfig({ text, file: 'site.yaml' })
  assert.ok(read.kind === 'invalid')
  return read.problems.map(({ path, message }) => `${String(path)}: ${message}`).join('\n')
}

describe('origins', () => {
  it('take all that can be said about a server, and nothing that was not', () => {
    const { origins } = configOf(`
origins:
  - http://a.test
  - url: https://b.test
    weight: 3
    backup: on
    drain: off
    host: www.b.test
    proxyProtocol: v2
    discover: addresses
    tls: { ca: /etc/ca.pem, verify: off }
  - http+unix:///run/app.sock
`)
    assert.deepEqual(origins[0], { name: 'a.test:80', url: 'http://a.test', scheme: 'http', host: 'a.test', port: 80 })
    const { url, weight, backup, drain, hostToSend, proxyProtocol, discover, tls } = origins[1]!
    assert.deepEqual(
      [url, weight, backup, drain, hostToSend, proxyProtocol, discover, tls],
      ['https://b.test', 3, true, false, 'www.b.test', 'v2', 'addresses', { ca: '/etc/ca.pem', verify: false }],
    )
    assert.deepEqual([origins[2]?.name, origins[2]?.url], ['/run/app.sock', 'http+unix:///run/app.sock'])
  })

  it('have the calm defaults', () => {
    const { originRules, timeLimits, limits } = configOf('origins: http://a.test'.replace('http', '[http') + ']')
    const { balance, health, retries } = originRules
    assert.deepEqual([balance.by, balance.slowStartMs, balance.stickyCookie], ['round-robin', 10_000, undefined])
    assert.deepEqual([health.probe, health.holdDownMs, health.holdDownMsMax], [undefined, 1_000, 60_000])
    assert.deepEqual([retries.max, retries.budget, retries.statuses, retries.hedge], [2, 20, [], false])
    assert.deepEqual(
      [timeLimits.originQueueMs, timeLimits.originWholeMs, limits.originAdaptive],
      [10_000, undefined, false],
    )
  })

  it('are probed at intervals as set', () => {
    const { originRules } = configOf('health: { probe: /health, interval: 1s, good: 9, window: 4, status: [200, 3xx] }')
    const { probe } = originRules.health
    assert.deepEqual([probe?.path, probe?.intervalMs, probe?.timeoutMs], ['/health', 1_000, 2_000])
    assert.deepEqual([probe?.window, probe?.good], [4, 4], 'never more good ones than there are')
    assert.deepEqual(probe?.statuses, [
      { first: 200, last: 200 },
      { first: 300, last: 399 },
    ])
  })

  for (const [text, hash] of [
    ['url', { kind: 'url' }],
    ['address', { kind: 'address' }],
    ['header:X-User', { kind: 'header', name: 'x-user' }],
    ['cookie:Session', { kind: 'cookie', name: 'Session' }],
  ] as const) {
    it(`are hashed by ${text}`, () => {
      assert.deepEqual(configOf(`balance: { by: hash, hash: "${text}" }`).originRules.balance.hash, hash)
    })
  }
})

describe('pools', () => {
  const two = `
retries: { max: 1 }
health: { holdDown: 5s }
pools:
  - name: shop
    hosts: [shop.example.com, "*.shop.example.com"]
    origins: [http://a.test, { url: http://b.test, weight: 2 }]
    retries: { status: 503 }
  - hosts: blog.example.com
    origins: [http://c.test]
`

  it('have origins of their own, and single settings over those of the top level', () => {
    const { pools, origins, originRules } = configOf(`origins: [http://z.test]${two}`)
    const [shop, blog] = pools
    assert.deepEqual([shop?.name, shop?.hosts.length, shop?.origins.length, blog?.name], ['shop', 2, 2, 'pool 2'])
    assert.deepEqual(
      [shop?.retries.max, shop?.retries.statuses, shop?.health.holdDownMs],
      [1, [{ first: 503, last: 503 }], 5_000],
    )
    assert.deepEqual([blog?.retries.statuses, originRules.retries.statuses], [[], []])
    assert.equal(origins[0]?.name, 'z.test:80')
  })

  it('without origins beside them: the first is for all other hosts too', () => {
    const { pools, origins, originRules } = configOf(two)
    assert.equal(origins, pools[0]?.origins)
    assert.deepEqual(originRules.retries, pools[0]?.retries)
  })

  it('say what is wrong with them', () => {
    assert.match(problemsOf('pools: [{ hosts: a.test }]'), /missing, a pool has at least one origin/)
    assert.match(problemsOf('pools: [{ origins: [http://a] }]'), /hosts.*missing/s)
    assert.match(
      problemsOf('pools: [{ hosts: a, origins: [http://a, http://a] }]'),
      /is the same as pools\[0\]\.origins\[0\]/,
    )
    assert.match(
      problemsOf('balance: { stickyCookie: lb, stickySecret: short }'),
      /stickySecret.*at least 16 characters/,
    )
    assert.match(problemsOf('balance: { by: robin }'), /one of round-robin, least-requests, hash, random/)
    assert.match(problemsOf('origins: [{ url: http://a, weight: 0 }]'), /from 1 to 1000/)
    assert.match(problemsOf('health: { probe: health }'), /\/health/)
  })
})

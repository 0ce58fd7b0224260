import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LoggedRequest } from '../../src/advise/log-line.ts'
import { Simulation, type SimulationResult } from '../../src/advise/simulation.ts'
import { cachingOf } from '../policy/support.ts'

function request(seconds: number, target: string, own: Partial<LoggedRequest> = {}): LoggedRequest {
  const timeMs = seconds * 1000
  return { timeMs, method: 'GET', authority: '', target, status: 200, bytes: 1000, cookie: undefined, ...own }
}

function simulate(config: string, requests: readonly LoggedRequest[], memoryBytes = 1e9): SimulationResult {
  const caching = cachingOf(config)
  const simulation = new Simulation({ caching, memoryBytes, objectBytesMax: 100_000, assumedSeconds: 60 })
  for (const logged of requests) simulation.add(logged)
  return simulation.result()
}

describe('what a cache would have made of a log', () => {
  it('is a hit for as long as the page is fresh', () => {
    // Every second for ten minutes: asked for once a minute.
    const requests = Array.from({ length: 600 }, (_, second) => request(second, '/'))
    const { hits, originRequests, peakRequestsPerMinute, peakOriginPerMinute } = simulate('', requests)
    assert.deepEqual([hits, originRequests, peakRequestsPerMinute, peakOriginPerMinute], [590, 10, 60, 1])
  })

  it('counts a refresh behind a hit as a request to the origin', () => {
    const requests = Array.from({ length: 600 }, (_, second) => request(second, '/'))
    const { hits, originRequests } = simulate('refresh: 10s', requests)
    assert.deepEqual([hits, originRequests], [599, 10])
  })

  it('follows the rules, the key and the cookies of the configuration', () => {
    const config = `
key: { query: { ignore: utm_* } }
cookies: { pass: session, ignore: _ga }
rules:
  - { match: { path: /cart }, cache: pass }
  - { match: { path: /long }, defaultFreshness: 1h }
`
    const requests = [
      request(0, '/?utm_source=a'),
      request(1, '/?utm_source=b', { cookie: '_ga=1' }),
      request(2, '/', { cookie: 'session=1' }),
      request(3, '/cart'),
      request(4, '/', { method: 'POST' }),
      request(5, '/long'),
      request(3000, '/long'),
      request(3001, '/missing', { status: 404 }),
      request(3002, '/', { method: 'HEAD' }),
    ]
    const { hits, reasons } = simulate(config, requests)
    assert.equal(hits, 2)
    assert.deepEqual(
      [...reasons].sort(),
      [
        ['cookie', 1],
        ['method', 2],
        ['not seen before', 3],
        ['rule', 1],
      ].sort(),
    )
  })

  it('holds no more than memory does', () => {
    const round = (start: number) => Array.from({ length: 10 }, (_, i) => request(start, `/${i}`, { bytes: 8_000 }))
    const requests = [...round(0), ...round(1)]
    assert.equal(simulate('', requests).hits, 10)
    assert.equal(simulate('', requests, 50_000).hits, 0)
  })

  it('does not store what is too large, and says where requests to the origin come from', () => {
    const requests = [1, 2, 3].map((second) => request(second, '/film?part=1', { bytes: 200_000 }))
    const { hits, reasons, topMisses } = simulate('', requests)
    assert.deepEqual([hits, [...reasons], topMisses], [0, [['too-large', 3]], [['/film', 3]]])
  })
})

import assert from 'node:assert/strict'
import type { CachingConfig } from '../../src/config/config.ts'
import { formatProblem } from '../../src/config/problems.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { Plan } from '../../src/policy/plan.ts'
import { createPlanner } from '../../src/policy/planner.ts'
import type { ProxyRequest } from '../../src/request/proxy-request.ts'

export function requestOf(own: Partial<ProxyRequest> = {}): ProxyRequest {
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'example.com',
    target: '/',
    version: '1.1',
    fields: [],
    forwarding: [],
    clientAddress: '192.0.2.1',
    peerAddress: '192.0.2.1',
    receivedMs: 0,
    body: undefined,
    expectsContinue: false,
    acceptsTrailers: false,
    isForwarded: false,
    upgrade: undefined,
    exchange: { interim() {}, onGone() {} },
    ...own,
  }
}

export function cachingOf(text: string): CachingConfig {
  const read = readConfig({ text, file: 'test.yaml' })
  if (read.kind === 'ok') return read.config.caching
  return assert.fail(read.problems.map(formatProblem).join('\n'))
}

/** The plan that a configuration makes for a request. */
export function planOf(text: string, own: Partial<ProxyRequest> = {}): Plan {
  return createPlanner(cachingOf(text))(requestOf(own))
}

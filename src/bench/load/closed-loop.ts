import autocannon from 'autocannon'
import type { Endpoint } from './endpoint.ts'
import { Histogram } from './histogram.ts'
import type { ClosedLoopPlan, ClosedLoopResult } from './load-plan.ts'

/**
 * So many clients who each ask for the next page when they have the last: crawlers, and the ceiling without wrk.
 *
 * autocannon's own histogram has whole milliseconds and its correction, which it makes when there is a rate, takes seconds for
 * milliseconds: latencies are taken from its events, uncorrected.
 */
export function runClosedLoop(endpoint: Endpoint, plan: ClosedLoopPlan): Promise<ClosedLoopResult> {
  const latency = new Histogram()
  const done = Promise.withResolvers<ClosedLoopResult>()
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host
  const headers = { host: endpoint.authority, 'user-agent': plan.agent, 'accept-encoding': 'gzip, deflate' }
  const instance = autocannon(
    {
      url: `${endpoint.isTls ? 'https' : 'http'}://${host}:${endpoint.port}`,
      connections: plan.connections,
      duration: plan.seconds,
      timeout: 30,
      ...(plan.perSecond !== undefined && { overallRate: plan.perSecond, ignoreCoordinatedOmission: true }),
      requests: plan.paths.map((path) => ({ method: 'GET' as const, path, headers })),
    },
    (error: unknown, result: autocannon.Result) => {
      if (error) return done.reject(error)
      const requests = latency.total
      done.resolve({
        requests,
        perSecond: requests / result.duration,
        errors: result.errors + result.timeouts + result['5xx'],
        latency: latency.data,
      })
    },
  )
  instance.on('response', (_client, _status, _bytes, responseMs) => latency.record(responseMs))
  return done.promise
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseWrkOutput } from '../../bench/support/wrk.ts'
import { wrkScript } from '../../bench/support/wrk-script.ts'

interface Errors {
  readonly status?: number
  readonly timeout?: number
}

function output({ requests = 3000, errors = {} }: { readonly requests?: number; readonly errors?: Errors }): string {
  const all = { connect: 0, read: 0, write: 0, status: 0, timeout: 0, ...errors }
  return `Running 2s test @ http://127.0.0.1:8080/
  1 threads and 64 connections
  3000 requests in 2.00s, 3.52MB read
Requests/sec:   1500.00
measured: {"requests":${requests},"durationMicros":2000000,"bytes":3690000,"errors":${JSON.stringify(all)},"p50Micros":610,"p99Micros":2400,"p999Micros":12000}
`
}

describe('what wrk wrote', () => {
  it('is read as rates and milliseconds', () => {
    assert.deepEqual(parseWrkOutput(output({})), {
      requests: 3000,
      perSecond: 1500,
      bytes: 3_690_000,
      p50Ms: 0.61,
      p99Ms: 2.4,
      p999Ms: 12,
    })
  })

  it('is refused when there were errors, with their kinds', () => {
    assert.throws(() => parseWrkOutput(output({ errors: { status: 7, timeout: 1 } })), /status 7, timeout 1/)
  })

  it('is refused when nothing was answered', () => {
    assert.throws(() => parseWrkOutput(output({ requests: 0 })), /nothing was answered/)
  })

  it('is refused without the line that our script writes', () => {
    assert.throws(() => parseWrkOutput('unable to connect to 127.0.0.1:8080'), /no result: unable to connect/)
  })
})

describe('the script for wrk', () => {
  it('formats one request ahead when there is one URL, with the fields in their order', () => {
    const script = wrkScript({ head: 'browser', fields: [['X-Last', 'yes']], targets: { kind: 'one', path: '/a' } })
    assert.match(script, /local tail = " HTTP\/1\.1\\r\\nHost: .*sec-ch-ua: .*X-Last: yes\\r\\n\\r\\n"/)
    assert.doesNotMatch(script, /^request =/m)
  })

  it('sends twelve fields as a browser, one as the minimal client', () => {
    const fields = (head: 'browser' | 'minimal') =>
      wrkScript({ head, targets: { kind: 'one', path: '/a' } }).match(/: [^:]*?\\r\\n/g)?.length
    assert.equal(fields('browser'), 12)
    assert.equal(fields('minimal'), 1)
  })

  it('says another Referer behind the same fields with each request', () => {
    const script = wrkScript({ head: 'minimal', targets: { kind: 'one-from-many', path: '/a' } })
    assert.match(script, /"\/a" \.\. tail:sub\(1, -3\) \.\. "Referer: .*n = n \+ 1; .*\.\. "\\r\\n\\r\\n"/s)
  })

  it('begins a sequence where it is told', () => {
    const script = wrkScript({ head: 'minimal', targets: { kind: 'sequence', prefix: '/n', first: 101 } })
    assert.match(script, /"\/n", 100\n.*n = n \+ 1/)
  })

  it('pauses only when asked to', () => {
    const targets = { kind: 'one', path: '/a' } as const
    assert.match(
      wrkScript({ head: 'minimal', targets, pauseMs: 10 }),
      /delay = function\(\) return math\.random\(0, 20\) end/,
    )
    assert.doesNotMatch(wrkScript({ head: 'minimal', targets }), /delay/)
  })
})

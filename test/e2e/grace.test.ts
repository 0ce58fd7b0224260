import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { firstValue } from '../../src/http/fields.ts'
import { type Apache, startApache } from '../support/apache.ts'
import { apacheSite } from '../support/apache-site.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, type RawResponse } from '../support/http-client.ts'

const TARGET = '/cgi-bin/cached?max-age=1'

/** Asks until the response is as wanted; each request is an event, and their number is bounded. */
async function askUntil(port: number, wanted: (response: RawResponse) => boolean): Promise<RawResponse> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const response = await fetchRaw(port, { target: TARGET })
    if (wanted(response)) return response
    if (Date.now() > deadline) throw new Error(`never as wanted; at last ${status(response)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const status = (response: RawResponse): string => firstValue(response.fields, 'cache-status') ?? ''

describe('when Apache is stopped', () => {
  let port: number
  let apache: Apache
  let proxy: RunningBreakwater
  let page: string

  before(async () => {
    port = await freePort()
    apache = await startApache({ ...apacheSite, port })
    proxy = await startBreakwater(['--origin', `http://127.0.0.1:${port}`])
    page = (await fetchRaw(proxy.port, { target: TARGET })).body.toString()
    await apache.stop()
  })

  after(async () => {
    await proxy?.stop()
    await apache?.stop()
  })

  it('serves pages that were seen before, stale, and says so', async () => {
    const response = await askUntil(proxy.port, (answer) => !status(answer).includes('; hit'))
    assert.equal(response.status, 200)
    assert.equal(response.body.toString(), page)
    assert.match(status(response), /^breakwater; fwd=stale; ttl=-?\d+; detail=origin-(refused|sick|failing)$/)
  })

  it('answers 502 or 503 in short, with the reason, for pages never seen', async () => {
    const response = await fetchRaw(proxy.port, { target: '/never-seen' })
    assert.ok(response.status === 502 || response.status === 503, `${response.status}`)
    assert.match(status(response), /fwd=uri-miss; detail=origin-(refused|sick)/)
    assert.match(response.body.toString(), /The web server behind this proxy/)
  })

  it('serves fresh pages within seconds after it was started again', async () => {
    apache = await startApache({ ...apacheSite, port })
    const response = await askUntil(proxy.port, (answer) => status(answer).includes('fwd-status=200'))
    assert.notEqual(response.body.toString(), page)
  })
})

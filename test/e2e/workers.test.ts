import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, type RawResponse } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

const cacheStatus = (response: RawResponse): string => firstValue(response.fields, 'cache-status') ?? ''

/** So many connections that every worker has some: the kernel spreads them. */
const CLIENTS = 200

describe('several workers on one port', () => {
  let origin: ScriptedOrigin
  let proxy: RunningBreakwater
  let asked = 0
  let version = 1

  before(async () => {
    origin = await ScriptedOrigin.start(async (request) => {
      asked++
      if (request.method !== 'GET') return request.respond({ status: 204 })
      await new Promise((resolve) => setTimeout(resolve, 300))
      await request.respond({
        fields: ['Cache-Control', 'max-age=60'],
        body: `version ${version} of ${request.target}`,
      })
    })
    proxy = await startBreakwater(['--origin', origin.url, '--workers', '4'])
  })

  after(async () => {
    await proxy?.stop()
    await origin?.close()
  })

  const crowd = (target: string): Promise<RawResponse[]> =>
    Promise.all(Array.from({ length: CLIENTS }, () => fetchRaw(proxy.port, { target })))

  it('ask the origin once for a cold page that all of them miss', async () => {
    asked = 0
    const responses = await crowd('/cold')
    assert.ok(responses.every((response) => response.body.toString() === 'version 1 of /cold'))
    assert.equal(asked, 1)
  })

  it('do not fetch again what one of them has', async () => {
    await fetchRaw(proxy.port, { target: '/known' })
    asked = 0
    const responses = await crowd('/known')
    assert.ok(responses.every((response) => response.status === 200))
    assert.equal(asked, 0)
    const again = await crowd('/known')
    assert.ok(again.every((response) => cacheStatus(response).includes('; hit')))
  })

  it('all forget a page that one of them saw changed, before the change is acknowledged', async () => {
    await crowd('/page')
    version = 2
    await fetchRaw(proxy.port, { target: '/page', method: 'POST', body: 'x' })
    const responses = await crowd('/page')
    assert.deepEqual([...new Set(responses.map((response) => response.body.toString()))], ['version 2 of /page'])
  })

  it('stop together, and exit with 0', async () => {
    const other = await startBreakwater(['--origin', origin.url, '--workers', '2'])
    await other.stop()
    assert.equal(await other.exitCode, 0)
  })
})

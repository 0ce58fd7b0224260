import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type RunningAdmin, startWithAdmin } from '../admin/running-admin.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { Run } from './support.ts'

interface JsonReport {
  readonly now: { readonly requests: number; readonly hits: number; readonly originRequests: number }
  readonly suggested: { readonly hits: number }
  readonly withoutNoise?: { readonly hits: number; readonly originRequests: number }
  readonly noiseParameters: readonly { readonly name: string }[]
  readonly live: {
    readonly unstored: readonly { readonly page: string; readonly requests: number; readonly reason: string }[]
  }
  readonly file: string
}

const CLICKS = 30

describe('breakwater advise --live', () => {
  let origin: ScriptedOrigin
  let box: RunningAdmin

  before(async () => {
    origin = await ScriptedOrigin.start((request) => {
      const fields = ['Cache-Control', 'max-age=600']
      if (request.target === '/cart') fields.push('Set-Cookie', 'cart=1')
      request.respond({ fields, body: `a page of ${request.target.split('?')[0]}` })
    })
    box = await startWithAdmin(['--origin', origin.url], { config: 'learn: on\nworkers: 2\n' })
    const get = (target: string, own: readonly string[] = []) =>
      fetchRaw(box.port, { target, fields: ['Host', 'site.test', ...own] })
    await get('/')
    for (let i = 0; i < CLICKS; i++) await get(`/?click=click-${i}`, ['Cookie', `visitor=visitor-${i}`])
    for (let i = 0; i < 5; i++) await get('/cart')
    for (let i = 0; i < 10; i++) await get('/')
  })

  after(async () => {
    await box?.stop()
    await origin?.close()
  })

  async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const one = new Run()
    const code = await one.start('advise', '--live', ...args)
    return { code, stdout: one.stdout.text, stderr: one.stderr.text }
  }

  it('finds the noise, and names the page that is not stored with its reason', async () => {
    const { code, stdout, stderr } = await run('--json', '--admin', box.admin)
    assert.equal(code, 0, stderr)
    const { now, suggested, withoutNoise, noiseParameters, live, file } = JSON.parse(stdout) as JsonReport
    assert.equal(now.requests, 1 + CLICKS + 5 + 10)
    assert.equal(now.originRequests, origin.requests.length)
    assert.equal(suggested.hits, now.hits)
    assert.deepEqual(
      noiseParameters.map(({ name }) => name),
      ['click'],
    )
    // One thread may have fetched what another had: that is no gain of the suggestion.
    assert.ok(withoutNoise !== undefined && withoutNoise.hits >= now.hits + CLICKS - 1, JSON.stringify(withoutNoise))
    const [{ page, requests, reason } = assert.fail()] = live.unstored
    assert.deepEqual([page, requests, reason], ['site.test/cart', 5, 'set-cookie'])
    assert.match(file, /"click": 30 values in 30 requests/)
  })

  it('writes a report for people, and predicts for a file', async () => {
    const { stdout } = await run('--admin', box.admin)
    assert.match(stdout, /^46 requests since 2\d{3}-\S+; 36 that were no hits are remembered\n/)
    assert.match(stdout, /\n {2}site\.test\/cart +5, set-cookie: let the origin set no cookie there/)
    assert.match(stdout, /\n {2}now +\d+\.\d %/)
  })

  it('is told no values and no addresses', async () => {
    const response = await fetch(`${box.admin}/api/advice`)
    const text = await response.text()
    assert.match(text, /"\/\?click=[\w-]{8}"/)
    assert.match(text, /"cookies":\["visitor"\]/)
    assert.doesNotMatch(text, /click-\d|visitor-\d|127\.0\.0\.1/)
  })

  it('says what to do where nothing is learned, and that logs are something else', async (t) => {
    const other = await startWithAdmin(['--origin', origin.url])
    t.after(() => other.stop())
    const { code, stderr } = await run('--admin', other.admin)
    assert.equal(code, 1)
    assert.match(stderr, /does not learn from its traffic\nSet `learn: on`/)
    assert.equal((await run('access.log')).code, 2)
    assert.equal((await run('--check', 'http://127.0.0.1:1')).code, 2)
    assert.equal(await new Run().start('advise'), 2)
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { routes } from '../../src/admin/routes.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { get, post, type RunningAdmin, startWithAdmin } from './running-admin.ts'

const site = 'http://site.test'

for (const workers of ['1', '2']) {
  describe(`the admin API over ${workers} of the threads`, () => {
    let origin: ScriptedOrigin
    let box: RunningAdmin

    before(async () => {
      origin = await ScriptedOrigin.start((request) => {
        const isPrivate = request.target.startsWith('/cart')
        return request.respond({
          fields: [
            'Cache-Control',
            isPrivate ? 'no-store' : 'max-age=60',
            'Cache-Tag',
            'blog',
            'Set-Cookie',
            'x=secret',
          ].slice(0, isPrivate ? 2 : 4),
          body: `page ${request.target}`,
        })
      })
      box = await startWithAdmin(['--origin', origin.url, '--workers', workers])
    })

    after(async () => {
      await box?.stop()
      await origin?.close()
    })

    const visit = (target: string) => fetchRaw(box.port, { target, fields: ['Host', 'site.test'] })

    it('answers every route as it is described', async () => {
      for (const target of ['/a', '/a', '/b', '/cart']) await visit(target)
      const asked = new Map<string, () => Promise<{ status: number; json: unknown }>>([
        ['GET /healthz', () => get(box.admin, '/healthz')],
        ['GET /readyz', () => get(box.admin, '/readyz')],
        ['GET /api/status', () => get(box.admin, '/api/status')],
        ['GET /api/configuration', () => get(box.admin, '/api/configuration')],
        ['GET /api/traffic', () => get(box.admin, '/api/traffic?seconds=5')],
        ['GET /api/hosts', () => get(box.admin, '/api/hosts')],
        ['GET /api/pages', () => get(box.admin, '/api/pages?limit=5')],
        ['GET /api/advice', () => get(box.admin, '/api/advice')],
        ['GET /api/origins', () => get(box.admin, '/api/origins')],
        ['POST /api/origins/drain', () => post(box.admin, '/api/origins/drain', { origin: new URL(origin.url).host })],
        [
          'POST /api/origins/enable',
          () => post(box.admin, '/api/origins/enable', { origin: new URL(origin.url).host }),
        ],
        ['GET /api/stored', () => get(box.admin, '/api/stored?prefix=http://site.test/&tag=blog')],
        ['GET /api/stored/one', () => get(box.admin, `/api/stored/one?url=${site}/a`)],
        ['GET /api/tiers', () => get(box.admin, '/api/tiers')],
        ['POST /api/explain', () => post(box.admin, '/api/explain', { url: `${site}/a` })],
        ['POST /api/purge', () => post(box.admin, '/api/purge', { orders: [{ url: `${site}/nothing` }] })],
        ['GET /api/problems', () => get(box.admin, '/api/problems')],
        ['GET /api/log-level', () => get(box.admin, '/api/log-level')],
        ['POST /api/reload', () => post(box.admin, '/api/reload', {})],
        ['POST /api/log-level', () => post(box.admin, '/api/log-level', { level: 'warn' })],
      ])
      const described = routes.filter(({ answer }) => answer !== undefined)
      assert.deepEqual([...asked.keys()].sort(), described.map(({ method, path }) => `${method} ${path}`).sort())
      for (const { method, path, answer } of described) {
        const { status, json } = await asked.get(`${method} ${path}`)!()
        assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(json)}`)
        const parsed = answer!.safeParse(json)
        assert.equal(parsed.error, undefined, `${method} ${path}`)
        if (typeof json === 'object' && json !== null && 'unanswered' in json) assert.deepEqual(json.unanswered, [])
      }
    })

    it('counts every request once, by outcome', async () => {
      const before = (await get(box.admin, '/api/status')).json as { outcomes: Record<string, number> }
      await visit('/counted')
      for (let i = 0; i < 9; i++) await visit('/counted')
      const { outcomes } = (await get(box.admin, '/api/status')).json as { outcomes: Record<string, number> }
      assert.equal(outcomes.miss! - before.outcomes.miss!, 1)
      assert.equal(outcomes.hit! - before.outcomes.hit!, 9)
    })

    it('shows the same counts to Prometheus', async () => {
      const text = await (await fetch(`${box.admin}/metrics`)).text()
      assert.match(text, /^breakwater_requests_total\{outcome="miss",forward="uri-miss",reason="no-store"\} 1$/m)
      assert.match(text, /^breakwater_threads [12]$/m)
      assert.doesNotMatch(text, /counted|site\.test/, 'no URL is ever a label')
    })

    it('lists pages by traffic with their hits, and misses with their reason', async () => {
      const { traffic, misses } = (await get(box.admin, '/api/pages')).json as {
        traffic: { url: string; requests: number; hits: number }[]
        misses: { url: string; reasons: Record<string, number> }[]
      }
      const counted = traffic.find(({ url }) => url === `${site}/counted`)
      assert.equal(counted?.requests, 10)
      assert.equal(counted?.hits, 9)
      assert.deepEqual(misses.find(({ url }) => url === `${site}/cart`)?.reasons, { 'no-store': 1 })
    })

    it('pages through what is stored in the order of URLs, and finds the end', async () => {
      const seen: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const after: string = next === '' ? '' : `&after=${encodeURIComponent(next)}`
        const page = (await get(box.admin, `/api/stored?limit=2&prefix=${site}/${after}`)).json as {
          pages: { url: string }[]
          next: string | null
        }
        seen.push(...page.pages.map(({ url }) => url))
        next = page.next
      }
      assert.deepEqual(seen, [`${site}/a`, `${site}/b`, `${site}/counted`])
    })

    it('explains a hit, and why another page is none and what would change it', async () => {
      const hit = (await post(box.admin, '/api/explain', { url: `${site}/a` })).json as Record<string, unknown>
      assert.equal(hit.outcome, 'hit')
      assert.equal(hit.change, null)
      const miss = (await post(box.admin, '/api/explain', { url: `${site}/cart` })).json as Record<string, unknown>
      assert.equal(miss.outcome, 'miss')
      assert.match(String(miss.why), /no-store/)
      assert.match(String(miss.change), /max-age/)
      const posted = (await post(box.admin, '/api/explain', { url: `${site}/a`, method: 'POST' })).json as {
        outcome: string
      }
      assert.equal(posted.outcome, 'pass')
    })

    it('does not ask the origin for an explanation', async () => {
      const { requests } = origin
      const before = requests.length
      await post(box.admin, '/api/explain', { url: `${site}/never-asked-for` })
      assert.equal(requests.length, before)
    })

    it('purges in all threads: hard is gone, soft is asked for again', async () => {
      for (let i = 0; i < 20; i++) await visit('/purged')
      const { json } = await post(box.admin, '/api/purge', { orders: [{ url: `${site}/purged`, hard: true }] })
      const report = json as { matched: number; complete: boolean; threads: { acknowledged: number } }
      assert.ok(report.matched >= 1)
      assert.equal(report.complete, true)
      assert.equal(report.threads.acknowledged, Number(workers))
      assert.equal((await get(box.admin, `/api/stored/one?url=${site}/purged`)).status, 404)
    })

    it('says what is wrong with an order', async () => {
      const wrong = await post(box.admin, '/api/purge', { orders: [{ url: 'not a url' }] })
      assert.equal(wrong.status, 400)
      assert.match(JSON.stringify(wrong.json), /not a URL such as/)
      assert.equal((await post(box.admin, '/api/purge', { orders: [{ pattern: { url: '(' } }] })).status, 400)
      assert.equal((await post(box.admin, '/api/purge', { orders: [{}] })).status, 400)
      assert.equal((await post(box.admin, '/api/origins/drain', { origin: 'nobody' })).status, 404)
      assert.equal((await get(box.admin, '/api/pages?limit=0')).status, 400)
      assert.equal((await get(box.admin, '/api/pages?limits=1')).status, 400)
      assert.equal((await get(box.admin, '/api/nothing')).status, 404)
    })

    it('says which methods a path takes, whatever the body is said to be', async () => {
      const put = await fetch(`${box.admin}/api/purge`, { method: 'PUT', body: 'text' })
      assert.deepEqual([put.status, put.headers.get('allow')], [405, 'POST'])
      const posted = await fetch(`${box.admin}/api/status`, { method: 'POST', body: 'text' })
      assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD'])
      assert.equal((await fetch(`${box.admin}/api/purge`, { method: 'POST', body: 'text' })).status, 415)
    })

    it('A-AD-06 is not on the traffic port: its paths go to the origin like any', async () => {
      const response = await visit('/metrics')
      assert.equal(response.body.toString(), 'page /metrics')
    })
  })
}

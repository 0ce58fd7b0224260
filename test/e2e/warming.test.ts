import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

const sitemap = `<urlset>${['/a', '/b', '/private'].map((path) => `<url><loc>http://site.test${path}</loc></url>`).join('')}</urlset>`
const browser = ['Host', 'site.test', 'Accept-Encoding', 'gzip']

interface Site {
  readonly origin: ScriptedOrigin
  /** How often this was asked for. */
  count(target: string): number
  /** Resolves with the next request of the warmer for this. */
  warmed(target: string): Promise<void>
}

async function startSite(t: TestContext): Promise<Site> {
  const waiting: { target: string; resolve: () => void }[] = []
  const origin = await ScriptedOrigin.start(async (request) => {
    const { target } = request
    const fields = ['Cache-Control', target === '/private' ? 'private' : 'max-age=600']
    await request.respond({ fields, body: target === '/sitemap.xml' ? sitemap : 'page' })
    if (request.field('user-agent')?.startsWith('Breakwater-Warmer') !== true) return
    for (const one of waiting.splice(0)) {
      if (one.target === target) one.resolve()
      else waiting.push(one)
    }
  })
  t.after(() => origin.close())
  return {
    origin,
    count: (of) => origin.requests.filter(({ target }) => target === of).length,
    warmed: (target) => new Promise((resolve) => waiting.push({ target, resolve })),
  }
}

async function visit({ port }: RunningBreakwater, target: string): Promise<string> {
  const { fields } = await fetchRaw(port, { target, fields: browser })
  return firstValue(fields, 'cache-status') ?? ''
}

for (const workers of [1, 2]) {
  describe(`warming by itself, ${workers} threads`, () => {
    it('makes hits of the pages of a sitemap after a start', async (t) => {
      const { origin, count } = await startSite(t)
      const config = 'warm: { sitemaps: http://site.test/sitemap.xml }\n'
      const proxy = await startBreakwater(['--origin', origin.url, '--workers', String(workers)], { config })
      t.after(() => proxy.stop())
      const [line] = await proxy.output(/[^\n]*pages were warmed[^\n]*/)
      const { after, warmed, fresh, notCacheable, failed } = JSON.parse(line!)
      assert.deepEqual(
        { after, warmed, fresh, notCacheable, failed },
        { after: 'start', warmed: 2, fresh: 0, notCacheable: 1, failed: 0 },
      )
      assert.match(await visit(proxy, '/a'), /; hit/)
      assert.match(await visit(proxy, '/b'), /; hit/)
      assert.deepEqual([count('/a'), count('/b')], [1, 1])
    })

    it('fetches the most-hit page again after a purge of everything, once for a burst, with nobody asking', async (t) => {
      const { origin, count, warmed } = await startSite(t)
      const config = 'warm: { popular: 1 }\n'
      const proxy = await startBreakwater(['--origin', origin.url, '--workers', String(workers)], { config })
      t.after(() => proxy.stop())
      for (const target of ['/a', '/a', '/a', '/a', '/b', '/b', '/private', '/private']) await visit(proxy, target)
      const fetched = warmed('/a')
      for (let i = 0; i < 5; i++) {
        await fetchRaw(proxy.port, { method: 'PURGE', target: '/', fields: [...browser, 'Clear-Cache', 'true'] })
      }
      await fetched
      const [line] = await proxy.output(/[^\n]*pages were warmed[^\n]*/)
      assert.equal(JSON.parse(line!).warmed, 1)
      assert.deepEqual([count('/a'), count('/b'), count('/private')], [2, 1, 2])
      assert.match(await visit(proxy, '/a'), /; hit/)
    })
  })
}

describe('a sitemap that cannot be read yet', () => {
  it('is tried again, because the origin may start later', async (t) => {
    let asked = 0
    const origin = await ScriptedOrigin.start((request) => {
      if (request.target !== '/sitemap.xml') return request.respond({ fields: ['Cache-Control', 'max-age=600'] })
      return ++asked === 1 ? request.respond({ status: 404 }) : request.respond({ body: sitemap })
    })
    t.after(() => origin.close())
    const config = 'warm: { sitemaps: http://site.test/sitemap.xml }\n'
    const proxy = await startBreakwater(['--origin', origin.url], { config })
    t.after(() => proxy.stop())
    const [line] = await proxy.output(/[^\n]*pages were warmed[^\n]*/)
    assert.equal(JSON.parse(line!).warmed, 3)
    assert.equal(asked, 2)
  })
})

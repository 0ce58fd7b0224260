import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { runBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

const sitemap = `<urlset>${['/a', '/b', '/private'].map((path) => `<url><loc>http://site.test${path}</loc></url>`).join('')}<url><loc>http://other.test/</loc></url></urlset>`

describe('breakwater warm', () => {
  it('makes hits of the pages of a sitemap, leaves out other hosts, and asks the origin once', async (t) => {
    const origin = await ScriptedOrigin.start((request) => {
      const control = request.target === '/private' ? 'private' : 'max-age=60'
      request.respond({
        fields: ['Cache-Control', control],
        body: request.target === '/sitemap.xml' ? sitemap : 'page',
      })
    })
    t.after(() => origin.close())
    const proxy = await startBreakwater(['--origin', origin.url, '--admin', '127.0.0.1:0'])
    t.after(() => proxy.stop())
    const admin = (await proxy.output(/admin at (http:\S+)/))[1]!
    const warm = () => runBreakwater(['warm', '--sitemap', 'http://site.test/sitemap.xml', '--admin', admin, '--json'])

    const first = await warm()
    assert.equal(first.code, 0, first.stderr)
    const { warmed, uncacheable, elsewhere } = JSON.parse(first.stdout)
    assert.deepEqual({ warmed, uncacheable, elsewhere }, { warmed: 2, uncacheable: { private: 1 }, elsewhere: 1 })
    const page = await fetchRaw(proxy.port, { target: '/a', fields: ['Host', 'site.test', 'Accept-Encoding', 'gzip'] })
    assert.match(firstValue(page.fields, 'cache-status') ?? '', /; hit/)

    assert.equal(JSON.parse((await warm()).stdout).fresh, 2)
    assert.deepEqual(origin.requests.filter(({ target }) => target === '/a').length, 1)
  })
})

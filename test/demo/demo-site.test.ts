import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { type DemoSite, startDemoSite } from '../../src/demo/demo-site.ts'
import { WorkerPool } from '../../src/demo/worker-pool.ts'
import { fetchRaw, type RawRequest, type RawResponse } from '../support/http-client.ts'

let site: DemoSite
let port: number
before(async () => {
  site = await startDemoSite({ serviceMs: 5 })
  port = Number(new URL(site.url).port)
})
after(() => site.close())

const get = (target: string, fields: Record<string, string> = {}) => fetchRaw(port, { target, fields })
const submit = (target: string, body: string, fields: Record<string, string> = {}) =>
  fetchRaw(port, { method: 'POST', target, body, fields } satisfies RawRequest)

function value(response: RawResponse, name: string): string | undefined {
  const at = response.fields.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === name)
  return at === -1 ? undefined : response.fields[at + 1]
}

/** `/…` of every link, style sheet, picture and form in a page. */
function localReferences(html: string): string[] {
  return [...html.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map(([, target]) => target!)
}

describe('the demo site', () => {
  it('has no broken link, and nothing from elsewhere', async () => {
    const seen = new Set(['/'])
    for (const target of seen) {
      const page = await get(target)
      const expected = target === '/nowhere' ? 404 : page.status === 301 || page.status === 303 ? page.status : 200
      if (!target.endsWith('/comments') && target !== '/logout') assert.equal(page.status, expected, target)
      if (!value(page, 'content-type')?.startsWith('text/html')) continue
      assert.doesNotMatch(page.text, /(?:src|href)="https?:/, target)
      for (const next of localReferences(page.text)) seen.add(next)
    }
    assert.ok(seen.size > 30, `${seen.size} pages`)
  })

  it('says by kind how long a page may be reused, both ways', async () => {
    const lifetimes = {
      '/': 30,
      '/posts/yesterdays-bread': 60,
      '/style.css': 86_400,
      '/images/sea.png': 86_400,
      '/feed.xml': 300,
    }
    for (const [target, seconds] of Object.entries(lifetimes)) {
      const page = await get(target)
      assert.equal(value(page, 'cache-control'), `max-age=${seconds}`, target)
      const untilMs = Date.parse(value(page, 'expires') ?? '') - Date.parse(value(page, 'date') ?? '')
      assert.ok(Math.abs(untilMs - seconds * 1000) <= 1000, `${target} expires after ${untilMs} ms`)
    }
  })

  it('answers a validation request with 304, by entity tag or by date', async () => {
    for (const target of ['/', '/posts/one-small-box', '/style.css', '/images/sea.png']) {
      const page = await get(target)
      const byTag = await get(target, { 'If-None-Match': value(page, 'etag')! })
      const byDate = await get(target, { 'If-Modified-Since': value(page, 'last-modified')! })
      assert.deepEqual([byTag.status, byDate.status, byTag.body.length], [304, 304, 0], target)
    }
  })

  it('compresses text for those who take it, and says that it varies', async () => {
    const packed = await get('/', { 'Accept-Encoding': 'br, gzip' })
    const plain = await get('/', { 'Accept-Encoding': 'gzip;q=0' })
    assert.deepEqual([value(packed, 'content-encoding'), value(packed, 'vary')], ['gzip', 'Accept-Encoding'])
    assert.match(gunzipSync(packed.body).toString(), /<h1>Notes from one small server/)
    assert.deepEqual([value(plain, 'content-encoding'), value(plain, 'vary')], [undefined, 'Accept-Encoding'])
    assert.equal(value(await get('/images/sea.png', { 'Accept-Encoding': 'gzip' }), 'vary'), undefined)
  })

  it('has the tides of every day of this decade, and of no other', async () => {
    assert.match((await get('/tides/2026-03-14')).text, /<h1>Tides on 14 March 2026<\/h1>/)
    for (const day of ['2026-02-30', '2031-01-01', '2026-3-1'])
      assert.equal((await get(`/tides/${day}`)).status, 404, day)
  })

  it('gives its pages another lifetime when told to, and its files their own', async () => {
    const other = await startDemoSite({ serviceMs: 1, pageFreshSeconds: 2 })
    const otherPort = Number(new URL(other.url).port)
    const lifetime = async (target: string) => value(await fetchRaw(otherPort, { target }), 'cache-control')
    assert.deepEqual([await lifetime('/'), await lifetime('/cart')], ['max-age=2', 'private, no-store'])
    assert.equal(await lifetime('/style.css'), 'max-age=86400')
    assert.equal(other.requests(), 3)
    await other.close()
  })

  it('keeps a basket for each visitor, which is private', async () => {
    const first = await submit('/cart', 'product=lantern')
    const cookie = value(first, 'set-cookie')!.split(';')[0]!
    const mine = await get('/cart', { Cookie: cookie })
    const others = await get('/cart')
    assert.match(mine.text, /1 × Storm lantern/)
    assert.equal(value(mine, 'cache-control'), 'private, no-store')
    assert.match(others.text, /Nothing yet/)
    assert.ok(value(others, 'set-cookie'))
  })

  it('knows a visitor by name after the login, and no longer after leaving', async () => {
    assert.equal(value(await get('/account'), 'location'), '/login')
    const login = await submit('/login', 'name=%3Cb%3EAnna')
    const cookie = value(login, 'set-cookie')!.split(';')[0]!
    assert.match((await get('/account', { Cookie: cookie })).text, /Good to see you, &#60;b&#62;Anna/)
    await submit('/logout', '', { Cookie: cookie })
    assert.equal((await get('/account', { Cookie: cookie })).status, 303)
  })

  it('shows a comment, harmless, and gives the page a new entity tag', async () => {
    const target = '/posts/what-not-to-remember'
    const before = await get(target)
    const answer = await submit(`${target}/comments`, 'by=Eve&text=%3Cscript%3Ealert(1)%3C/script%3E')
    assert.deepEqual([answer.status, value(answer, 'location')], [303, target])
    const page = await get(target, { 'If-None-Match': value(before, 'etag')! })
    assert.equal(page.status, 200)
    assert.match(page.text, /&#60;script&#62;alert\(1\)/)
  })

  it('has a page that arrives in pieces, a redirect, an answer never to be stored, and a 404', async () => {
    const slow = await get('/slow')
    assert.deepEqual([value(slow, 'transfer-encoding'), slow.cut], ['chunked', false])
    assert.match(slow.text, /The boats come home.*<\/html>/s)
    assert.equal(value(await get('/old-address'), 'location'), '/posts/how-old-is-this-page')
    assert.equal(value(await get('/api/time'), 'cache-control'), 'no-store')
    assert.equal((await get('/posts/')).status, 404)
  })

  it('counts what reaches it', async () => {
    const counts = async () => JSON.parse((await get('/__counts')).text)
    const before = await counts()
    await get('/shop')
    const now = await counts()
    assert.equal(now.requests, before.requests + 1)
    assert.equal(now.byPath['/shop'], before.byPath['/shop'] + 1)
  })

  it('answers HEAD without a body, refuses methods it has no use for and forms that are too large', async () => {
    const head = await fetchRaw(port, { method: 'HEAD', target: '/style.css' })
    assert.deepEqual([head.status, head.body.length], [200, 0])
    assert.equal((await fetchRaw(port, { method: 'DELETE' })).status, 405)
    assert.equal((await submit('/login', `name=${'x'.repeat(900_000)}`)).status, 413)
  })

  it('draws real pictures', async () => {
    const png = (await get('/images/sea.png')).body
    assert.equal(png.toString('latin1', 1, 4), 'PNG')
    assert.ok(png.length > 50_000, `${png.length} bytes`)
  })
})

describe('its workers', () => {
  it('make so many pages at a time; the rest queue, and beyond the queue they are refused', async () => {
    const pool = new WorkerPool({ workers: 2, queueMax: 1 })
    const started = [pool.work(20), pool.work(20), pool.work(20), pool.work(20)]
    assert.equal(await started[3], undefined)
    assert.deepEqual(await Promise.all(started.slice(0, 3)), [1, 2, 1])
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allValues, firstValue, lowerName, type RawFields } from '../../src/http/fields.ts'
import { type Apache, startApache } from '../support/apache.ts'
import { apacheSite, binary, longText } from '../support/apache-site.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, type RawRequest, type RawResponse } from '../support/http-client.ts'

let apache: Apache
let proxy: RunningBreakwater

before(async () => {
  apache = await startApache(apacheSite)
  proxy = await startBreakwater(['--origin', `http://127.0.0.1:${apache.port}`])
})

after(async () => {
  await proxy?.stop()
  await apache?.stop()
})

/** What a proxy must or may change: what it adds, what is hop-by-hop, and how the message is framed. */
const CHANGED = new Set([
  'via',
  'cache-status',
  'age',
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expires',
])

function comparable(fields: RawFields): string[] {
  const lines: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = lowerName(fields[i]!)
    if (!CHANGED.has(name)) lines.push(`${name}: ${fields[i + 1]}`)
  }
  return lines.sort()
}

/** The same request to both, with the Host that Apache would see from a client of its own. */
async function both(request: RawRequest): Promise<{ direct: RawResponse; through: RawResponse }> {
  const fields = ['Host', 'site.test', ...((request.fields ?? []) as RawFields)]
  const direct = await fetchRaw(apache.port, { ...request, fields })
  const through = await fetchRaw(proxy.port, { ...request, fields })
  return { direct, through }
}

async function assertEqual(request: RawRequest): Promise<RawResponse> {
  const { direct, through } = await both(request)
  assert.equal(through.status, direct.status)
  assert.equal(through.reason, direct.reason)
  assert.deepEqual(comparable(through.fields), comparable(direct.fields))
  assert.ok(through.body.equals(direct.body), 'the bodies differ')
  assert.equal(through.cut, false)
  return through
}

const cacheStatus = (response: RawResponse): string => firstValue(response.fields, 'cache-status') ?? ''

describe('in front of a real Apache', () => {
  const requests: [string, RawRequest][] = [
    ['a page with Expires (mod_expires)', { target: '/' }],
    ['a style sheet', { target: '/style.css' }],
    ['a large text', { target: '/long.txt' }],
    ['a large text compressed by mod_deflate', { target: '/long.txt', fields: ['Accept-Encoding', 'gzip'] }],
    ['a binary of 3 MB', { target: '/binary.bin' }],
    ['a range of it', { target: '/binary.bin', fields: ['Range', 'bytes=1000-1999'] }],
    ['its last bytes', { target: '/binary.bin', fields: ['Range', 'bytes=-5'] }],
    ['a redirect by .htaccess', { target: '/moved/old.html' }],
    ['a page rewritten by mod_rewrite', { target: '/pretty/index' }],
    ['a missing page with its error page', { target: '/no/such/page' }],
    ['a private page with a cookie', { target: '/private/' }],
    ['a directory without its slash', { target: '/private' }],
    ['a HEAD', { target: '/', method: 'HEAD' }],
    ['an OPTIONS', { target: '/', method: 'OPTIONS' }],
    ['a method that is not allowed', { target: '/', method: 'DELETE' }],
    ['a method that only some extensions know', { target: '/', method: 'PROPFIND' }],
  ]
  for (const [name, request] of requests) {
    it(`gives the same response for ${name}, the first and the second time`, async () => {
      await assertEqual(request)
      await assertEqual(request)
    })
  }

  it('serves a page with Expires from memory the second time', async () => {
    const request = { target: '/?expires', fields: ['Host', 'site.test'] }
    assert.match(cacheStatus(await fetchRaw(proxy.port, request)), /fwd=uri-miss; fwd-status=200; stored/)
    const second = await fetchRaw(proxy.port, request)
    assert.match(cacheStatus(second), /; hit; ttl=(59|60)/)
    assert.match(firstValue(second.fields, 'age') ?? '', /^[01]$/)
  })

  it('keeps compressed and plain variants apart', async () => {
    const plain = await fetchRaw(proxy.port, { target: '/long.txt?v' })
    const gzip = await fetchRaw(proxy.port, { target: '/long.txt?v', fields: ['Accept-Encoding', 'gzip'] })
    const again = await fetchRaw(proxy.port, { target: '/long.txt?v' })
    assert.equal(firstValue(gzip.fields, 'content-encoding'), 'gzip')
    assert.ok(gzip.body.length < plain.body.length / 4)
    assert.equal(again.body.toString(), longText)
  })

  it('answers a conditional request as Apache does', async () => {
    const first = await fetchRaw(proxy.port, { target: '/style.css' })
    const etag = firstValue(first.fields, 'etag') ?? ''
    const second = await fetchRaw(proxy.port, { target: '/style.css', fields: ['If-None-Match', etag] })
    assert.equal(second.status, 304)
    assert.match(cacheStatus(second), /; hit/)
  })

  it('answers a range out of the stored response', async () => {
    await fetchRaw(proxy.port, { target: '/binary.bin?whole' })
    const part = await fetchRaw(proxy.port, { target: '/binary.bin?whole', fields: ['Range', 'bytes=100-199'] })
    assert.equal(part.status, 206)
    assert.ok(part.body.equals(binary.subarray(100, 200)))
    assert.match(cacheStatus(part), /; hit/)
  })

  it('answers a range outside of the stored response with 416', async () => {
    const request = { target: '/binary.bin', fields: ['Host', 'site.test', 'Range', 'bytes=9999999-'] }
    const direct = await fetchRaw(apache.port, request)
    const through = await fetchRaw(proxy.port, request)
    assert.equal(through.status, direct.status)
    assert.equal(firstValue(through.fields, 'content-range'), `bytes */${binary.length}`)
  })

  it('passes what a CGI page makes anew each time', async () => {
    const request = { target: '/cgi-bin/environment', fields: ['Host', 'site.test'] }
    const first = await fetchRaw(proxy.port, request)
    const second = await fetchRaw(proxy.port, request)
    assert.notEqual(first.body.toString(), second.body.toString())
  })

  it('tells Apache who the client is and what it asked for', async () => {
    const response = await fetchRaw(
      proxy.port,
      { target: '/cgi-bin/environment?who', fields: ['Host', 'site.test', 'X-Forwarded-For', '6.6.6.6'] },
      { localAddress: '127.0.0.7' },
    )
    const text = response.body.toString()
    // mod_remoteip has made the address of the client of what we say, and nothing of what the client says.
    assert.match(text, /^REMOTE_ADDR=127\.0\.0\.7$/m)
    assert.match(text, /^HTTP_HOST=site\.test$/m)
    assert.match(text, /^HTTP_X_FORWARDED_PROTO=http$/m)
    assert.match(text, /^HTTP_X_FORWARDED_HOST=site\.test$/m)
    assert.match(text, /^HTTP_VIA=1\.1 breakwater$/m)
    assert.doesNotMatch(text, /6\.6\.6\.6/)
  })

  it('obeys what a CGI page says of its freshness', async () => {
    const request = { target: '/cgi-bin/cached?max-age=60' }
    const first = await fetchRaw(proxy.port, request)
    const second = await fetchRaw(proxy.port, request)
    assert.equal(first.body.toString(), second.body.toString())
  })

  it('sends every cookie of a private page on, and stores nothing of it', async () => {
    const request = { target: '/private/?cookie', fields: ['Host', 'site.test'] }
    await fetchRaw(proxy.port, request)
    const second = await fetchRaw(proxy.port, request)
    assert.deepEqual(allValues(second.fields, 'set-cookie'), ['sid=1; Path=/'])
    assert.match(cacheStatus(second), /fwd=uri-miss; fwd-status=200; detail=no-store/)
  })
})

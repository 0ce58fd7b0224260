import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Apache, startApache } from './apache.ts'
import { apacheSite, binary, longText } from './apache-site.ts'
import { fetchRaw, openConnection, type RawResponse } from './http-client.ts'
import { startMemcached } from './memcached.ts'
import { startProgram } from './processes.ts'
import { startRedis } from './redis.ts'

function value(response: RawResponse, name: string): string | undefined {
  const at = response.fields.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === name)
  return response.fields[at + 1]
}

describe('the Apache that tests put the cache in front of', () => {
  let apache: Apache
  before(async () => {
    apache = await startApache(apacheSite)
  })
  after(() => apache?.stop())

  it('serves pages with the freshness of mod_expires and validators', async () => {
    const page = await fetchRaw(apache.port, { target: '/' })
    assert.equal(page.status, 200)
    assert.equal(value(page, 'cache-control'), 'max-age=60')
    assert.equal(value(page, 'last-modified'), 'Thu, 01 Jan 2026 00:00:00 GMT')
    assert.match(value(page, 'etag') ?? '', /^"/)
  })

  it('compresses text for clients that take it', async () => {
    const packed = await fetchRaw(apache.port, { target: '/long.txt', fields: { 'Accept-Encoding': 'gzip' } })
    assert.deepEqual([value(packed, 'content-encoding'), value(packed, 'vary')], ['gzip', 'Accept-Encoding'])
    assert.ok(packed.body.length < longText.length / 4)
  })

  it('serves ranges', async () => {
    const part = await fetchRaw(apache.port, { target: '/binary.bin', fields: { Range: 'bytes=1000-1999' } })
    assert.equal(part.status, 206)
    assert.deepEqual(part.body, binary.subarray(1000, 2000))
  })

  it('runs CGI programs that see the client behind the proxy', async () => {
    const answer = await fetchRaw(apache.port, {
      target: '/cgi-bin/environment?a=b',
      fields: { 'X-Forwarded-For': '192.0.2.9' },
    })
    assert.match(answer.text, /^QUERY_STRING=a=b$/m)
    assert.match(answer.text, /^REMOTE_ADDR=192\.0\.2\.9$/m)
  })

  it('obeys .htaccess and has its own error page', async () => {
    const moved = await fetchRaw(apache.port, { target: '/moved/old.html' })
    const missing = await fetchRaw(apache.port, { target: '/nowhere' })
    assert.deepEqual([moved.status, missing.status], [301, 404])
    assert.match(missing.text, /There is no such page/)
  })

  it('logs what it was asked', async () => {
    const connection = await openConnection(apache.port)
    await connection.fetch({ target: '/style.css?logged', fields: { Connection: 'close' } })
    // The line is written before the connection is closed, not before the response is read.
    await connection.ended()
    connection.close()
    assert.match(apache.accessLog(), /GET \/style\.css\?logged 200/)
  })
})

describe('servers for the remote tiers', () => {
  it('redis-server answers, and answers nothing while paused', async () => {
    const redis = await startRedis()
    assert.match(redis.url, /^redis:\/\/127\.0\.0\.1:\d+$/)
    redis.pause()
    redis.resume()
    const { signal } = await redis.kill()
    assert.equal(signal, 'SIGKILL')
  })

  it('memcached starts and stops', async () => {
    const memcached = await startMemcached()
    assert.ok(memcached.port > 0)
    await memcached.stop()
  })

  it('a program that cannot start is reported with what it wrote', async () => {
    const start = startProgram({ command: 'sh', arguments: ['-c', 'echo no such file >&2; exit 3'], ready: /never/ })
    await assert.rejects(start, /sh exited early \(3\)\nno such file/)
  })
})

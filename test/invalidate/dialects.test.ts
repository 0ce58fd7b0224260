import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { after, before, describe, it } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, openConnection, type RawResponse } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { ALL, CASES, PAGES, TOKEN } from './dialect-cases.ts'

const status = (response: RawResponse): string => firstValue(response.fields, 'cache-status') ?? ''

describe('purges as they are sent', () => {
  let origin: ScriptedOrigin
  let proxy: RunningBreakwater
  let asked = 0
  let lastToken: string | undefined
  let inBand: readonly string[] = []

  before(async () => {
    origin = await ScriptedOrigin.start(async (request) => {
      asked++
      lastToken = request.field('x-purge-token')
      await request.body()
      const page = `${request.field('host')}${request.target}`
      const fields = request.method === 'GET' ? ['Cache-Control', 'max-age=60', ...(PAGES[page] ?? [])] : inBand
      await request.respond({ fields: [...fields], body: page })
    })
    const config = `purge: { paths: [nginx-helper, cloudflare, fastly], token: ${TOKEN}, htcp: '127.0.0.1:0' }
key: { query: { ignore: [utm_*] } }
cacheStatus: { hide: false }
admin: off
`
    proxy = await startBreakwater(['--origin', origin.url], { config })
  })

  after(async () => {
    await proxy?.stop()
    await origin?.close()
  })

  function get(page: string): Promise<RawResponse> {
    const slash = page.indexOf('/')
    return fetchRaw(proxy.port, { target: page.slice(slash), fields: ['Host', page.slice(0, slash)] })
  }

  async function fill(): Promise<void> {
    for (const page of ALL) await get(page)
  }

  /** Those that are not fresh any more. */
  async function gone(): Promise<string[]> {
    const found: string[] = []
    for (const page of ALL) if (!status(await get(page)).includes('; hit')) found.push(page)
    return found
  }

  function send(lines: readonly string[]): Promise<RawResponse> {
    const empty = lines.indexOf('')
    const head = empty === -1 ? lines : lines.slice(0, empty)
    const body = empty === -1 ? '' : lines.slice(empty + 1).join('')
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
    return fetchRaw(proxy.port, `${head.join('\r\n')}\r\n${length}\r\n${body}`)
  }

  for (const { sender, request, gone: expected, message = 'Purged' } of CASES) {
    it(`are understood from ${sender}`, async () => {
      await fill()
      const before = asked
      const answer = await send(request)
      assert.equal(answer.status, 200, answer.body.toString())
      const report = JSON.parse(answer.body.toString())
      assert.equal(report.message, message)
      assert.equal(report.matched, expected.length)
      assert.equal(asked, before, 'a purge goes to no origin')
      assert.deepEqual(await gone(), [...expected])
    })
  }

  it('are understood from MediaWiki by HTCP', async () => {
    await fill()
    const port = Number(/"port":(\d+),"msg":"listening for HTCP"/.exec(proxy.stderr())?.[1])
    const url = 'http://site.test/blog/one'
    const specifier = Buffer.concat([counted('HEAD'), counted(url), counted('HTTP/1.0'), Buffer.from([0, 0])])
    const data = Buffer.alloc(10)
    data.writeUInt16BE(8 + 2 + specifier.length, 0)
    data[2] = 4
    const head = Buffer.alloc(4)
    head.writeUInt16BE(4 + data.length + specifier.length + 2, 0)
    const socket = createSocket('udp4')
    const packet = Buffer.concat([head, data, specifier, Buffer.from([0, 2])])
    await new Promise<void>((resolve, reject) => {
      socket.send(packet, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()))
    })
    socket.close()
    // Nothing is answered: what it does is all that can be seen.
    for (;;) {
      const response = await get('site.test/blog/one')
      if (!status(response).includes('; hit')) break
    }
    assert.deepEqual(await gone(), [])
  })

  it('are obeyed in responses, as the plugin of LiteSpeed writes them', async () => {
    await fill()
    inBand = ['X-LiteSpeed-Purge', 'public,stale,2d1_F;private,*', 'X-LiteSpeed-Purge2', '/blog/two']
    const answer = await fetchRaw(proxy.port, {
      method: 'POST',
      target: '/save',
      fields: ['Host', 'site.test'],
      body: 'x',
    })
    assert.equal(firstValue(answer.fields, 'x-litespeed-purge'), undefined)
    assert.deepEqual(await gone(), ['site.test/blog/two', 'site.test/logo.png'])
  })

  it('of one connection are carried out one after the other, the repeated ones too', async () => {
    await fill()
    const connection = await openConnection(proxy.port)
    const request = 'PURGE http://site.test/blog/one HTTP/1.1\r\nHost: site.test\r\n\r\n'
    for (const response of [await connection.fetch(request + request), await connection.readResponse()]) {
      assert.equal(response.status, 200)
    }
    await get('site.test/blog/one')
    assert.match(status(await get('site.test/blog/one')), /; hit/)
    assert.equal((await connection.fetch(request)).status, 200)
    connection.close()
    assert.deepEqual(await gone(), ['site.test/blog/one'])
  })

  it('answer REFRESH with the page as it is now, and store it', async () => {
    await fill()
    const before = asked
    const response = await send(['REFRESH /blog/one HTTP/1.1', 'Host: site.test', `X-Purge-Token: ${TOKEN}`])
    assert.equal(lastToken, undefined, 'the token is not for the origin')
    assert.deepEqual([response.body.toString(), asked - before], ['site.test/blog/one', 1])
    assert.deepEqual(await gone(), [])
  })

  it('are refused with what is wrong', async () => {
    for (const [lines, why] of [
      [['PURGEKEYS / HTTP/1.1', 'Host: a'], 'xkey-purge'],
      [['PURGETAGS / HTTP/1.1', 'Host: a'], 'X-Cache-Tags'],
      [['PURGE / HTTP/1.1', 'Host: a', 'X-Purge-Method: magic'], 'magic'],
      [['BAN / HTTP/1.1', 'Host: a', 'X-Url: (?=look)ahead'], 'url:'],
      [['BAN / HTTP/1.1', 'Host: a', `X-Url: ${'a{99}'.repeat(20)}`], 'repetitions'],
      [['BAN / HTTP/1.1', 'Host: a', `X-Url: ${'a'.repeat(3000)}`], 'too long'],
      [['POST /client/v4/zones/1/purge_cache HTTP/1.1', 'Host: a', '', '[]'], 'JSON object'],
    ] as const) {
      const response = await send(lines)
      assert.equal(response.status, 400)
      assert.ok(response.body.toString().includes(why), response.body.toString())
    }
  })

  it('do not reach clients in the fields that they are made by', async () => {
    for (const page of ALL) {
      const names = (await get(page)).fields.filter((_, i) => i % 2 === 0).join(' ')
      assert.doesNotMatch(names, /xkey|tags|surrogate|typo3|litespeed/i)
    }
  })

  it('are denied to whoever was forwarded, whatever he says of himself, and go to no origin', async () => {
    await fill()
    const before = asked
    for (const field of [
      'X-Forwarded-For: 127.0.0.1',
      'Forwarded: for=127.0.0.1',
      'Via: 1.1 x',
      'X-Real-IP: 127.0.0.1',
      'X-Forwarded-Proto: https',
    ]) {
      for (const method of ['PURGE', 'BAN', 'REFRESH', 'PURGEKEYS']) {
        const response = await send([
          `${method} / HTTP/1.1`,
          'Host: site.test',
          field,
          'xkey-purge: home',
          'X-Purge: 1',
        ])
        assert.equal(response.status, 405, `${method} with ${field}`)
      }
      const read = await send(['GET /purge/blog/one HTTP/1.1', 'Host: site.test', field])
      assert.equal(read.status, 403)
    }
    assert.equal(asked, before)
    assert.deepEqual(await gone(), [])
  })

  it('are allowed to whoever has the token, which no log shows', async () => {
    for (const [field, expected] of [
      [`Authorization: Bearer ${TOKEN.replaceAll(' ', '')}`, 405],
      [`X-Purge-Token: ${TOKEN}`, 200],
      [`X-VC-Purge-Key: ${TOKEN}`, 200],
      [`Fastly-Key: ${TOKEN}`, 200],
      [`X-Purge-Token: ${TOKEN}x`, 405],
    ] as const) {
      const response = await send(['PURGE / HTTP/1.1', 'Host: site.test', 'X-Forwarded-For: 192.0.2.1', field])
      assert.equal(response.status, expected, field)
    }
    assert.ok(!proxy.stderr().includes(TOKEN))
  })
})

describe('purges that are left to the origin', () => {
  it('are forwarded as they are', async () => {
    const origin = await ScriptedOrigin.start(async (request) => request.respond({ status: 202, body: request.method }))
    const proxy = await startBreakwater(['--origin', origin.url], { config: 'purge: { accept: off }\nadmin: off\n' })
    for (const method of ['PURGE', 'BAN', 'PURGEKEYS']) {
      const response = await fetchRaw(proxy.port, { method, target: '/' })
      assert.deepEqual([response.status, response.body.toString()], [202, method])
    }
    await proxy.stop()
    await origin.close()
  })
})

function counted(text: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}

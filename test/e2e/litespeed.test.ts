import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

let origin: ScriptedOrigin
let proxy: RunningBreakwater

const PAGES: Readonly<Record<string, readonly string[]>> = {
  '/': ['X-LiteSpeed-Cache-Control', 'public,max-age=604800', 'X-LiteSpeed-Vary', 'cookie=currency'],
  '/own': ['X-LiteSpeed-Cache-Control', 'private,max-age=1800', 'Cache-Control', 'public, max-age=60'],
  '/vc': ['X-VC-TTL', '600'],
}

before(async () => {
  origin = await ScriptedOrigin.start((request) => {
    const currency = /^cookie:.*\bcurrency=(\w+)/im.exec(request.head)?.[1]
    request.respond({ fields: PAGES[request.target] ?? [], body: `in ${currency ?? 'euros'}` })
  })
  proxy = await startBreakwater([], { config: `origins: [${origin.url}]\npreset: wordpress\n` })
})

after(async () => {
  await proxy?.stop()
  await origin?.close()
})

async function get(target: string, cookie?: string): Promise<{ body: string; head: string; status: string }> {
  const fields = cookie === undefined ? [] : ['Cookie', cookie]
  const response = await fetchRaw(proxy.port, { target, fields: ['Host', 'site.test', ...fields] })
  const head = response.fields.join('\n')
  return { body: response.body.toString(), head, status: /detail=[\w-]+|; hit|; stored/.exec(head)?.[0] ?? '' }
}

describe('in front of WordPress with LiteSpeed Cache', () => {
  it('a page is shared by those without the cookie by which it differs, and made for each of the others', async () => {
    assert.equal((await get('/', 'currency=usd; _ga=1')).body, 'in usd')
    assert.equal((await get('/')).status, '; stored')
    // Twice, for the short way of hits too.
    for (let round = 0; round < 2; round++) {
      assert.deepEqual((({ body, status }) => [body, status])(await get('/', '_ga=2')), ['in euros', '; hit'])
      for (const currency of ['usd', 'chf']) {
        const own = await get('/', `currency=${currency}`)
        assert.deepEqual([own.body, own.status], [`in ${currency}`, 'detail=litespeed-vary'])
      }
    }
  })

  it('what is private is not stored, whatever Cache-Control says', async () => {
    await get('/own')
    assert.equal((await get('/own')).status, 'detail=private')
  })

  it('the lifetime that VCaching gives counts', async () => {
    await get('/vc')
    assert.match((await get('/vc')).head, /hit; ttl=(?:600|59\d)/)
  })

  it('none of these fields is seen by visitors', async () => {
    for (const target of Object.keys(PAGES)) assert.doesNotMatch((await get(target)).head, /^x-(?:litespeed|vc)/im)
  })
})

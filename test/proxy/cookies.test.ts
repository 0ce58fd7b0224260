import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ScriptedCore } from './support/scripted-core.ts'

const settings = {
  defaultFreshnessSeconds: 60,
  refreshSeconds: 60,
  cookies: { pass: ['session'], ignore: ['*'] },
  key: { scheme: true, query: { ignore: [], only: undefined, sort: false }, cookies: ['currency'], headers: [] },
}

function siteOfCookies(): ScriptedCore {
  const core = new ScriptedCore({ settings })
  core.answer = (asked) => asked.respond(200, ['Vary', 'Cookie'], `for ${asked.field('cookie') ?? 'anybody'}`)
  return core
}

describe('requests with cookies', () => {
  it('share a page where their cookies are noise, which the origin does not see', async () => {
    const core = siteOfCookies()
    assert.equal((await core.get('/', ['Cookie', '_ga=1; x=2'])).body, 'for anybody')
    const second = await core.get('/', ['Cookie', '_ga=2'])
    assert.deepEqual([second.body, core.asked.length], ['for anybody', 1])
    assert.match(second.field('cache-status') ?? '', /; hit/)
  })

  it('are passed with a session: with all their cookies, and to nobody else', async () => {
    const core = siteOfCookies()
    await core.get('/')
    const own = await core.get('/', ['Cookie', '_ga=1; session=me'])
    assert.equal(own.body, 'for _ga=1; session=me')
    assert.match(own.field('cache-status') ?? '', /fwd=bypass; fwd-status=200; detail=cookie/)
    assert.equal((await core.get('/', ['Cookie', '_ga=1'])).body, 'for anybody')
  })

  it('get the page of their key, which is refreshed with the cookies of the key', async () => {
    const core = siteOfCookies()
    assert.equal((await core.get('/', ['Cookie', 'currency=eur; _ga=1'])).body, 'for currency=eur')
    assert.equal((await core.get('/', ['Cookie', 'currency=usd'])).body, 'for currency=usd')
    assert.equal((await core.get('/', ['Cookie', 'z=2; currency=eur'])).body, 'for currency=eur')
    assert.equal(core.asked.length, 2)
    core.clock.advance(61_000)
    assert.match((await core.get('/', ['Cookie', 'currency=eur'])).field('cache-status') ?? '', /detail=refreshing/)
    await core.askedTimes(3)
    assert.equal(core.asked[2]!.field('cookie'), 'currency=eur')
    assert.equal((await core.get('/', ['Cookie', 'currency=eur'])).body, 'for currency=eur')
  })
})

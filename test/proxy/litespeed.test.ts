import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RawFields } from '../../src/http/fields.ts'
import { type Reply, ScriptedCore, type ScriptedCoreOptions } from './support/scripted-core.ts'

const CONTROL = ['X-LiteSpeed-Cache-Control', 'public,max-age=60']
const VARY = ['X-LiteSpeed-Vary', 'cookie=currency']
const key = { scheme: true, query: { ignore: [], only: undefined, sort: false }, cookies: ['currency'], headers: [] }

function site(settings: ScriptedCoreOptions['settings'], vary: RawFields = VARY): ScriptedCore {
  const core = new ScriptedCore({ settings: { originFields: ['litespeed'], ...settings } })
  core.answer = (asked) => asked.respond(200, [...CONTROL, ...vary], `for ${asked.field('cookie') ?? 'nobody'}`)
  return core
}

const detail = (reply: Reply) => reply.field('cache-status') ?? ''

const settingsOf = {
  'every cookie reaches the origin': {},
  'unnamed cookies are noise': { cookies: { pass: [], ignore: ['*'] } },
}

for (const [how, settings] of Object.entries(settingsOf)) {
  describe(`a page that differs by a cookie outside the key, where ${how}`, () => {
    it('is stored for those without the cookie', async () => {
      const core = site(settings)
      await core.get('/')
      assert.match(detail(await core.get('/')), /; hit/)
      assert.equal(core.asked.length, 1)
    })

    it('is made for each visitor with the cookie, before and after one without', async () => {
      const core = site(settings)
      for (const value of ['eur', 'usd']) {
        assert.equal((await core.get('/', ['Cookie', `currency=${value}`])).body, `for currency=${value}`)
      }
      assert.equal((await core.get('/')).body, 'for nobody')
      for (const value of ['eur', 'usd', '0', '']) {
        assert.equal((await core.get('/', ['Cookie', `currency=${value}`])).body, `for currency=${value}`)
      }
      assert.match(detail(await core.get('/')), /; hit/)
    })

    it('is passed to those with the cookie, and told why', async () => {
      const core = site(settings)
      await core.get('/')
      const own = await core.get('/', ['Cookie', 'currency=eur'])
      assert.match(detail(own), /fwd=bypass; fwd-status=200; detail=litespeed-vary/)
    })

    it('is not shared by those who ask at the same time with another value', async () => {
      const core = site(settings)
      const { answer } = core
      core.answer = undefined
      const asking = ['eur', undefined, 'usd', undefined].map((value) =>
        core.get('/', value === undefined ? [] : ['Cookie', `currency=${value}`]),
      )
      await core.askedTimes(1)
      core.answer = answer
      for (const asked of [...core.asked]) answer?.(asked)
      const bodies = (await Promise.all(asking)).map(({ body }) => body)
      assert.deepEqual(bodies, ['for currency=eur', 'for nobody', 'for currency=usd', 'for nobody'])
    })

    it('is taken from those with the cookie when a 304 says that it differs', async () => {
      const core = site(settings)
      core.answer = (asked) => asked.respond(200, [...CONTROL, 'ETag', '"1"'], 'for all')
      await core.get('/')
      core.clock.advance(61_000)
      core.answer = (asked) =>
        asked.field('if-none-match') === undefined
          ? asked.respond(200, [...CONTROL, ...VARY, 'ETag', '"2"'], `for ${asked.field('cookie') ?? 'nobody'}`)
          : asked.respond(304, [...CONTROL, ...VARY, 'ETag', '"1"'])
      assert.equal((await core.get('/', ['Cookie', 'currency=eur'])).body, 'for currency=eur')
      assert.equal((await core.get('/', ['Cookie', 'currency=usd'])).body, 'for currency=usd')
    })

    it('does not cover for a failing origin where the visitor has the cookie', async () => {
      const core = site(settings)
      await core.get('/')
      core.clock.advance(61_000)
      core.answer = (asked) => asked.fail()
      assert.equal((await core.get('/', ['Cookie', 'currency=eur'])).status, 502)
      assert.equal((await core.get('/')).body, 'for nobody')
    })
  })
}

describe('a page that differs by a cookie of the key', () => {
  it('is stored for each value', async () => {
    const core = site({ key })
    for (const value of ['eur', 'usd', 'eur', 'usd']) {
      assert.equal((await core.get('/', ['Cookie', `currency=${value}`])).body, `for currency=${value}`)
    }
    assert.equal(core.asked.length, 2)
  })
})

describe('a page that differs by what is not known here', () => {
  it('is not stored', async () => {
    const core = site({}, ['X-LiteSpeed-Vary', 'value=ismobile'])
    assert.match(detail(await core.get('/')), /detail=litespeed-vary/)
    await core.get('/')
    assert.equal(core.asked.length, 2)
  })
})

describe('the fields of other caches', () => {
  it('are not shown to clients, whether they count or not', async () => {
    for (const originFields of [[], ['litespeed', 'x-vc-ttl']] as const) {
      const core = new ScriptedCore({ settings: { originFields } })
      const ttl = ['X-VC-TTL', '60', 'X-Reverse-Proxy-TTL', '60', 'Cache-Control', 'max-age=60']
      core.answer = (asked) => asked.respond(200, [...CONTROL, ...VARY, ...ttl])
      for (const reply of [await core.get('/'), await core.get('/')]) {
        assert.doesNotMatch(reply.response.fields.filter((_, i) => i % 2 === 0).join(), /litespeed|ttl/i)
      }
      assert.equal(core.asked.length, 1)
    }
  })
})

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type Eligibility, eligible } from '../../../src/origin/choosing/eligible.ts'
import { cookieValue, requestKey } from '../../../src/origin/choosing/request-key.ts'
import type { OriginRequest } from '../../../src/origin/origin-client.ts'
import { type OriginSettings, type PoolSettings, poolSettings as poolSettingsOf } from '../../../src/origin/settings.ts'
import type { ScriptedOrigin } from '../../support/scripted-origin.ts'
import { anOrigin, aPool, ask } from '../support/asking.ts'

interface Named extends Eligibility {
  readonly name: string
}

const well: Omit<Named, 'name'> = { backup: false, draining: false, admits: true, probedWell: true }
const named = (name: string, own: Partial<Eligibility> = {}): Named => ({ name, ...well, ...own })
const chosen = (members: readonly Named[], panicBelow = 0): string =>
  eligible(members, { panicBelow })
    .map(({ name }) => name)
    .join('')

describe('who may be asked', () => {
  it('the members that are well, and no backup beside them', () => {
    assert.equal(chosen([named('a'), named('b', { backup: true }), named('c')]), 'ac')
  })

  it('backups when none of the others can be', () => {
    assert.equal(chosen([named('a', { admits: false }), named('b', { backup: true })]), 'b')
    assert.equal(chosen([named('a', { probedWell: false }), named('b', { backup: true })]), 'b')
  })

  it('all, when probes condemn all: wrong probes must not take a site down', () => {
    assert.equal(chosen([named('a', { probedWell: false }), named('b', { probedWell: false })]), 'ab')
  })

  it('all below the panic threshold, for who is well could not carry the rest', () => {
    const members = [named('a'), named('b', { probedWell: false }), named('c', { probedWell: false })]
    assert.equal(chosen(members), 'a')
    assert.equal(chosen(members, 0.5), 'abc')
    assert.equal(chosen([...members, named('d')], 0.5), 'ad')
  })

  it('never who is held down or drained, panic or not', () => {
    assert.equal(chosen([named('a', { admits: false }), named('b', { probedWell: false })], 1), 'b')
    assert.equal(chosen([named('a', { draining: true })]), '')
  })
})

describe('the key of a request', () => {
  const request: OriginRequest = {
    method: 'GET',
    target: '/a?b',
    fields: ['Host', 'www.test', 'Cookie', 'x=1; session=abc', 'X-User', 'me'],
    body: undefined,
    expectsContinue: false,
    clientAddress: '192.0.2.1',
  }

  it('is made of what was set', () => {
    assert.equal(requestKey({ kind: 'url' }, request), 'www.test/a?b')
    assert.equal(requestKey({ kind: 'address' }, request), '192.0.2.1')
    assert.equal(requestKey({ kind: 'header', name: 'x-user' }, request), 'me')
    assert.equal(requestKey({ kind: 'cookie', name: 'session' }, request), 'abc')
    assert.equal(requestKey({ kind: 'cookie', name: 'sess' }, request), undefined)
  })

  it('reads cookies as they are sent', () => {
    assert.equal(cookieValue(['Cookie', 'a=b=c;d = e ; a=2'], 'a'), 'b=c')
    assert.equal(cookieValue(['cookie', 'a=b=c;d = e ; a=2'], 'd'), 'e')
    assert.equal(cookieValue(['Cookie', 'a', 'Cookie', 'a=3'], 'a'), '3')
  })
})

async function members(
  t: TestContext,
  own: readonly Partial<OriginSettings>[],
): Promise<[ScriptedOrigin[], OriginSettings[]]> {
  const origins = await Promise.all(own.map(() => anOrigin(t)))
  return [origins, own.map((settings, index) => ({ name: `m${index}`, url: origins[index]!.url, ...settings }))]
}

async function counts(
  t: TestContext,
  own: readonly Partial<OriginSettings>[],
  count: number,
  settings: Partial<PoolSettings> = {},
) {
  const [origins, list] = await members(t, own)
  const { pool } = aPool(t, list, { settings: { members: list, ...settings } })
  for (let i = 0; i < count; i++) await ask(pool, { target: `/${i}` }).outcome
  return origins.map(({ requests }) => requests.length)
}

describe('a pool', () => {
  it('spreads by weight', async (t) => {
    assert.deepEqual(await counts(t, [{ weight: 3 }, {}], 40), [30, 10])
  })

  it('spares backups and members that drain', async (t) => {
    assert.deepEqual(await counts(t, [{}, { backup: true }, { drain: true }], 6), [6, 0, 0])
  })

  it('asks nobody when everybody drains', async (t) => {
    const [, list] = await members(t, [{ drain: true }])
    const { pool } = aPool(t, list)
    assert.equal((await ask(pool).outcome).error?.code, 'ORIGIN_SICK')
    assert.equal(pool.sick, true)
  })

  it('keeps URLs together by hash', async (t) => {
    const [origins, list] = await members(t, [{}, {}, {}])
    const { pool } = aPool(t, list, { settings: { balance: { kind: 'hash', by: { kind: 'url' }, overload: 1.25 } } })
    for (let i = 0; i < 60; i++) await ask(pool, { target: `/${i % 20}` }).outcome
    const seen = origins.flatMap(({ requests }) => [...new Set(requests.map(({ target }) => target))])
    assert.equal(seen.length, 20, 'each page on one member only')
    assert.ok(origins.every(({ requests }) => requests.length > 0))
  })

  it('takes a backup for a request that failed on the only other one', async (t) => {
    const [origins, list] = await members(t, [{}, { backup: true }])
    await origins[0]!.stop()
    const { pool } = aPool(t, list)
    assert.equal((await ask(pool).outcome).response?.origin, 'm1')
  })
})

describe('stickiness', () => {
  const sticky = { cookie: 'lb', secret: 'only for this test', secure: false }
  const session = ['Set-Cookie', 'session=1']

  async function stuck(t: TestContext, own: readonly Partial<OriginSettings>[] = [{}, {}]) {
    const [origins, list] = await members(t, own)
    for (const origin of origins) origin.script = (request) => request.respond({ fields: session, body: request.head })
    const { pool, clock } = aPool(t, list, { settings: { members: list, sticky } })
    const { response } = await ask(pool).outcome
    const cookie = response!.ownCookie!.split(';')[0]!.split('=')
    return { origins, list, pool, clock, cookie, first: response!.origin }
  }

  it('keeps a visitor where the session began, and tells the cookie once', async (t) => {
    const { pool, cookie, first } = await stuck(t)
    for (let i = 0; i < 4; i++) {
      const { response } = await ask(pool, { ownCookies: ['other', 'x', ...cookie] }).outcome
      assert.deepEqual([response?.origin, response?.ownCookie], [first, undefined], 'said once')
    }
  })

  it('says nothing on a response that others may get: it would keep it out of the cache', async (t) => {
    const { pool, origins } = await stuck(t)
    for (const origin of origins)
      origin.script = (request) => request.respond({ fields: ['Cache-Control', 'max-age=60'] })
    assert.equal((await ask(pool).outcome).response?.ownCookie, undefined)
    for (const origin of origins) origin.script = (request) => request.respond({ fields: ['Cache-Control', 'private'] })
    assert.match((await ask(pool).outcome).response!.ownCookie!, /^lb=[\w-]{24}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('cannot be made up, and tells no names', async (t) => {
    const { pool, cookie } = await stuck(t)
    const origins = new Set<string>()
    for (let i = 0; i < 4; i++) {
      const { response } = await ask(pool, { ownCookies: ['lb', 'm0', 'lb2', cookie[1]!] }).outcome
      origins.add(response!.origin)
    }
    assert.equal(origins.size, 2)
  })

  it('goes elsewhere when the member is down, and sticks there from then on', async (t) => {
    const { pool, origins, cookie, first } = await stuck(t)
    await origins[first === 'm0' ? 0 : 1]!.stop()
    const { response } = await ask(pool, { ownCookies: cookie }).outcome
    assert.notEqual(response?.origin, first)
    assert.ok(response?.ownCookie?.startsWith('lb=') && !response.ownCookie.includes(cookie[1]!))
  })

  it('holds while the member drains', async (t) => {
    const { pool, list, cookie, first } = await stuck(t)
    const drained = list.map((member) => ({ ...member, drain: member.name === first }))
    pool.update({ ...poolSettingsOf(drained), sticky })
    assert.equal((await ask(pool, { ownCookies: cookie }).outcome).response?.origin, first)
    assert.notEqual((await ask(pool).outcome).response?.origin, first)
  })
})

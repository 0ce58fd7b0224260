import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileHosts } from '../../src/policy/hosts.ts'
import { createPlanner } from '../../src/policy/planner.ts'
import { cachingOf, planOf } from './support.ts'

const typed = (type: string | undefined): string[] => (type === undefined ? [] : ['Content-Type', type])

describe('planning a request', () => {
  it('caches GET and HEAD, and passes every other method', () => {
    const plans = ['GET', 'HEAD', 'POST', 'OPTIONS', 'BAN', 'get'].map((method) => planOf('', { method }))
    assert.deepEqual(
      plans.map(({ kind, reason }) => reason ?? kind),
      ['cache', 'cache', 'method', 'method', 'method', 'method'],
    )
  })

  it('takes the first rule that matches', () => {
    const text = `
rules:
  - { name: one, match: { path: /a/* }, cache: pass }
  - { name: two, match: { path: "*" }, freshness: 1d }
`
    const [first, second] = [planOf(text, { target: '/a/b?c' }), planOf(text, { target: '/b' })]
    assert.deepEqual([first.kind, first.reason, first.rule], ['pass', 'rule', 'one'])
    assert.deepEqual([second.kind, second.reason, second.rule], ['cache', undefined, 'two'])
    assert.equal(second.forResponse(200, typed('text/html')).freshnessSeconds, 86_400)
  })

  it('wants all conditions of a rule to be met, each by one of its values', () => {
    const text = 'rules: [{ match: { host: [a.test, b.test], path: /x*, method: [GET, POST] }, cache: pass }]'
    assert.equal(planOf(text, { authority: 'b.test', target: '/xy' }).kind, 'pass')
    assert.equal(planOf(text, { authority: 'c.test', target: '/xy' }).kind, 'cache')
    assert.equal(planOf(text, { authority: 'a.test', target: '/y' }).kind, 'cache')
    assert.equal(planOf(text, { authority: 'a.test', target: '/x', method: 'HEAD' }).kind, 'cache')
  })

  it('does not match paths against the query', () => {
    assert.equal(planOf('rules: [{ match: { path: "*.css" }, cache: pass }]', { target: '/a?b.css' }).kind, 'cache')
  })

  it('uses the top level where no rule matches', () => {
    const plan = planOf('grace: 1h\nrules: [{ match: { path: /a }, grace: 2h }]', { target: '/b' })
    assert.equal(plan.rule, undefined)
    assert.deepEqual([plan.forResponse(200, []).graceSeconds, plan.forResponse(200, []).rule], [3600, undefined])
  })

  it('gives the changes of the request, as the deciding rule has them', () => {
    const text = 'rules: [{ match: { path: /a }, headers: { request: { set: { X-A: b }, remove: Cookie } } }]'
    assert.deepEqual(planOf(text, { target: '/a' }).requestFields, { set: [['X-A', 'b']], remove: ['cookie'] })
    assert.deepEqual(planOf(text, { target: '/b' }).requestFields, { set: [], remove: [] })
  })
})

describe('planning a response', () => {
  const text = `
rules:
  - { name: errors, match: { status: [404, 5xx] }, cache: pass }
  - { name: films, match: { path: /media/*, type: video/* }, cache: pass, headers: { response: { set: { X-Film: "1" } } } }
  - { name: media, match: { path: /media/* }, freshness: 1d }
  - { name: pages, match: { type: text/html }, freshness: 1m }
`
  const ruleFor = (target: string, status: number, type?: string): string | undefined =>
    planOf(text, { target }).forResponse(status, typed(type)).rule

  it('asks the rules in order again, now with status and type', () => {
    assert.equal(ruleFor('/media/a', 404, 'text/html'), 'errors')
    assert.equal(ruleFor('/media/a', 503), 'errors')
    assert.equal(ruleFor('/media/a', 200, 'video/mp4'), 'films')
    assert.equal(ruleFor('/media/a', 200, 'image/png'), 'media')
    assert.equal(ruleFor('/b', 200, 'Text/HTML; charset=utf-8'), 'pages')
    assert.equal(ruleFor('/b', 200, 'text/css'), undefined)
    assert.equal(ruleFor('/b', 200), undefined)
  })

  it('does not go on behind the rule that decided the request', () => {
    assert.equal(ruleFor('/media/a', 200, 'text/html'), 'media')
  })

  it('does not let the deciding rule of the request depend on the response', () => {
    assert.equal(planOf(text, { target: '/media/a' }).rule, 'media')
    assert.equal(planOf(text, { target: '/b' }).rule, undefined)
  })

  it('forbids storing what a rule says is not stored, and its fields still change', () => {
    const policy = planOf(text, { target: '/media/a' }).forResponse(200, typed('video/mp4'))
    assert.equal(policy.store, false)
    assert.deepEqual(policy.responseFields.set, [['X-Film', '1']])
  })

  it('never stores the response to a passed request', () => {
    const rules = 'rules: [{ match: { status: 200 }, freshness: 1d }, { match: { path: /a }, cache: pass }]'
    assert.equal(planOf(rules, { target: '/a' }).forResponse(200, []).store, false)
    assert.equal(planOf('', { method: 'POST' }).forResponse(200, []).store, false)
  })
})

describe('conditions on what a request carries', () => {
  const passes = (match: string, own: Parameters<typeof planOf>[1]): boolean =>
    planOf(`rules: [{ match: ${match}, cache: pass }]`, own).kind === 'pass'

  it('are met by a parameter of the query, by name or with its value', () => {
    const targets = ['/?preview=true', '/?a&preview', '/?preview=false', '/?previews=true', '/preview']
    assert.deepEqual(
      targets.map((target) => passes('{ query: preview }', { target })),
      [true, true, true, false, false],
    )
    assert.deepEqual(
      targets.map((target) => passes('{ query: preview=t* }', { target })),
      [true, false, false, false, false],
    )
  })

  for (const target of ['/?pre%76iew=1', '/?a;preview=1', '/?preview[]=1', '/?+preview=1', '/?preview%5B0%5D=1']) {
    it(`do not let ${target} escape being passed`, () => assert.ok(passes('{ query: preview }', { target })))
  }

  it('do not let a dressed-up parameter into a more generous rule', () => {
    const rule = 'rules: [{ match: { query: v }, freshness: 1d }]'
    const rules = ['/?v=1', '/?%76=1', '/?v[]=1', '/?a;v=1'].map((target) => planOf(rule, { target }).rule)
    assert.deepEqual(rules, ['rule 1', undefined, undefined, undefined])
  })

  it('are met by a cookie in any of the Cookie fields, however its name is spelled', () => {
    const cookies = ['a=1; cart=full', 'cart = full', 'CART=full', 'cart[x]=full', 'c%61rt=full', 'xcart=full', 'cart=']
    assert.deepEqual(
      cookies.map((cookie) => passes('{ cookie: cart=f* }', { fields: ['cookie', 'z=1', 'Cookie', cookie] })),
      [true, true, true, true, true, false, false],
    )
  })

  it('are met by fields of the request, in any case of the value', () => {
    const match = '{ header: { X-Requested-With: XMLHttpRequest, Store: "*" } }'
    assert.ok(passes(match, { fields: ['x-requested-with', 'xmlhttprequest', 'Store', 'de'] }))
    assert.ok(!passes(match, { fields: ['x-requested-with', 'xmlhttprequest'] }))
    assert.ok(!passes(match, { fields: ['x-requested-with', 'fetch', 'Store', ''] }))
  })

  it('are met by fields of the response, where any of several lines is enough', () => {
    const plan = planOf('rules: [{ match: { responseHeader: { Set-Cookie: "vary=*" } }, cache: pass }]')
    assert.equal(plan.kind, 'cache')
    assert.equal(plan.forResponse(200, ['Set-Cookie', 'a=b', 'set-cookie', 'vary=1']).store, false)
    assert.equal(plan.forResponse(200, ['Set-Cookie', 'a=b']).store, true)
    assert.equal(plan.forResponse(200, []).store, true)
  })
})

describe('a plan for a request line', () => {
  const caching = cachingOf(`
cookies: { pass: session }
rules:
  - { name: ajax, match: { path: /a, header: { X-Ajax: "*" } }, cache: pass }
  - { name: local, match: { path: /k }, key: { headers: Store } }
`)
  const line = { method: 'GET', scheme: 'http', authority: 'a.test', target: '/a' } as const
  const reader = (fields: Readonly<Record<string, string>>) => (name: string) => fields[name]

  it('is the same object for the same decision, and asks for no other fields than those that decide', () => {
    const plan = createPlanner(caching).forLine(line)
    const asked: string[] = []
    const anonymous = plan.of((name) => void asked.push(name))
    assert.deepEqual(asked, ['x-ajax', 'cookie'])
    assert.equal(plan.of(reader({ cookie: 'other=1' })), anonymous)
    const [session, ajax] = [plan.of(reader({ cookie: 'session=1' })), plan.of(reader({ 'x-ajax': '1' }))]
    assert.deepEqual([anonymous.kind, session.reason, ajax.reason, ajax.rule], ['cache', 'cookie', 'rule', 'ajax'])
    assert.equal(plan.of(reader({ cookie: 'a=b; session=2' })), session)
  })

  it('has a key for each value of a keyed field, and bounds what it remembers of them', () => {
    const plan = createPlanner(caching).forLine({ ...line, target: '/k' })
    const keys = Array.from({ length: 100 }, (_, i) => plan.of(reader({ store: `s${i}` })).key)
    assert.equal(new Set(keys).size, 100)
    assert.equal(plan.of(reader({ store: 's0' })).key, keys[0])
  })

  it('keeps nothing of the object it was made for', () => {
    const changing = { ...line, target: '/one' as string }
    const plan = createPlanner(caching).forLine(changing)
    changing.target = '/two'
    assert.equal(plan.of(reader({})).key, 'http:6:a.test:/one')
  })
})

describe('rules and paths that servers read differently', () => {
  const generous = 'rules: [{ match: { path: [/static/*, "*.css"] }, defaultFreshness: 1d }]'
  const strict = 'rules: [{ match: { path: [/cart*, "*.php"] }, cache: pass }]'

  for (const target of [
    '/static/..%2faccount',
    '/static/../account',
    '/static/%2e%2e/account',
    '/static/..;/account',
  ]) {
    it(`do not make ${target} a static file`, () => assert.equal(planOf(generous, { target }).rule, undefined))
  }
  for (const target of ['/account%3fx.css', '/account;x.css', '/account%00.css', '/account%23.css']) {
    it(`do not make ${target} a style sheet`, () => assert.equal(planOf(generous, { target }).rule, undefined))
  }
  for (const target of [
    '/%63art',
    '//cart',
    '/./cart',
    '/x/../cart',
    '/x/..%2fcart',
    '/cart%2f1',
    '/index.php;jsessionid=1',
  ]) {
    it(`do not let ${target} escape being passed`, () => assert.equal(planOf(strict, { target }).kind, 'pass'))
  }

  it('still match what is escaped for good reasons', () => {
    assert.equal(planOf(generous, { target: '/static/%C3%BCber%20uns.css' }).rule, 'rule 1')
    const umlaut = 'rules: [{ match: { path: /über/* }, freshness: 1d }]'
    assert.equal(planOf(umlaut, { target: '/%C3%BCber/x' }).rule, 'rule 1')
  })
})

describe('host patterns', () => {
  it('are matched without the port, unless they have one', () => {
    const isHost = compileHosts(['example.com', '*.example.org', 'example.net:8080', '[::1]'])!
    const hosts = ['example.com', 'example.com:81', 'a.example.org', 'example.org', 'example.net', 'example.net:8080']
    assert.deepEqual(hosts.map(isHost), [true, true, true, false, false, true])
    assert.deepEqual(['[::1]', '[::1]:81', '[::2]'].map(isHost), [true, true, false])
  })

  it('are no condition when there are none', () => assert.equal(compileHosts([]), undefined))
})

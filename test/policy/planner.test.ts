import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileHosts } from '../../src/policy/hosts.ts'
import { planOf } from './support.ts'

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
    assert.equal(second.forResponse(200, 'text/html').freshnessSeconds, 86_400)
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
    assert.deepEqual(
      [plan.forResponse(200, undefined).graceSeconds, plan.forResponse(200, undefined).rule],
      [3600, undefined],
    )
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
    planOf(text, { target }).forResponse(status, type).rule

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
    const policy = planOf(text, { target: '/media/a' }).forResponse(200, 'video/mp4')
    assert.equal(policy.store, false)
    assert.deepEqual(policy.responseFields.set, [['X-Film', '1']])
  })

  it('never stores the response to a passed request', () => {
    const rules = 'rules: [{ match: { status: 200 }, freshness: 1d }, { match: { path: /a }, cache: pass }]'
    assert.equal(planOf(rules, { target: '/a' }).forResponse(200, undefined).store, false)
    assert.equal(planOf('', { method: 'POST' }).forResponse(200, undefined).store, false)
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

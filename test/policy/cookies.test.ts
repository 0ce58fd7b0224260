import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { CookieHandling } from '../../src/policy/cookies.ts'
import { planOf } from './support.ts'

function handling(text: string): CookieHandling {
  return planOf(text).cookies
}

describe('cookies of a session', () => {
  const { passes } = handling('cookies: { pass: [logged_in_*, SESSION, "cart=full*"] }')

  for (const cookie of [
    'logged_in_abc=x',
    'a=1;session=y',
    'a=1; Session = y',
    'logged.in.x=1',
    'logged%5Fin_x=1',
    'cart=full2',
  ]) {
    it(`are found in ${cookie}`, () => assert.equal(passes(cookie), true))
  }
  for (const cookie of [
    '',
    'a=1',
    'sessions=1',
    'a=session',
    'SESSION',
    'session=',
    'session=0',
    'session=deleted',
    'cart=empty',
  ]) {
    it(`are not found in "${cookie}"`, () => assert.equal(passes(cookie), false))
  }

  it('make a plan that passes, with its reason', () => {
    const plan = planOf('cookies: { pass: session }', { fields: ['Cookie', 'a=1', 'cookie', 'session=2'] })
    assert.deepEqual([plan.kind, plan.reason], ['pass', 'cookie'])
  })

  it('hold for every rule that has no word of its own on them', () => {
    const text =
      'cookies: { pass: session }\nrules: [{ match: { path: /a }, grace: 1d }, { match: { path: /b }, cookies: { pass: [] } }]'
    const kindOf = (target: string) => planOf(text, { target, fields: ['cookie', 'session=2'] }).kind
    assert.deepEqual(['/', '/a', '/b'].map(kindOf), ['pass', 'pass', 'cache'])
  })
})

describe('cookies that are noise', () => {
  it('are taken out of the request, and nothing else is', () => {
    const { withoutNoise } = handling('cookies: { ignore: [_ga*, "seen=1"] }')
    const fields = ['Accept', '*/*', 'Cookie', '_ga=1;lang=de ;_ga_x=2; seen=1', 'cookie', 'seen=2', 'COOKIE', '_gat=1']
    assert.deepEqual(withoutNoise(fields), ['Accept', '*/*', 'Cookie', 'lang=de', 'cookie', 'seen=2'])
  })

  it('leave the request as it is where there are none', () => {
    const { withoutNoise } = handling('cookies: { ignore: _ga* }')
    const fields = ['cookie', 'a=1;  b=2']
    assert.equal(withoutNoise(fields), fields)
  })

  it('are never those that are keyed, or that a rule looks at', () => {
    const text =
      'key: { cookies: lang }\ncookies: { ignore: "*" }\nrules: [{ match: { cookie: theme=dark }, grace: 1d }]'
    assert.deepEqual(handling(text).withoutNoise(['cookie', 'lang=de; theme=light; other=1']), [
      'cookie',
      'lang=de; theme=light',
    ])
  })

  it('are those of a session that is over', () => {
    const { withoutNoise } = handling('cookies: { pass: [cart, user_*] }')
    assert.deepEqual(withoutNoise(['cookie', 'cart=0; user_x=deleted; a=1']), ['cookie', 'a=1'])
  })

  it('that reach the origin are none: what is left is neither ignored nor of a session', () => {
    const { withoutNoise, passes } = handling('cookies: { pass: [s*], ignore: [n*] }')
    const name = fc.stringMatching(/^[snax][a-z.%[]{0,3}$/)
    const cookie = fc.array(fc.tuple(name, fc.constantFrom('', '0', '1', 'x=y'))).map((pairs) => {
      return pairs.map(([key, value]) => `${key}=${value}`).join('; ')
    })
    fc.assert(
      fc.property(cookie, (text) => {
        if (passes(text)) return
        const [, left = ''] = withoutNoise(['cookie', text])
        for (const piece of left.split('; ')) assert.doesNotMatch(piece, /^[sn]/i)
      }),
    )
  })
})

describe('cookies and the question whose a response is', () => {
  const text = 'key: { cookies: [currency] }'

  it('do not count where they are part of the key', () => {
    const { hasUnkeyed } = handling(text)
    assert.deepEqual(
      [[], ['cookie', 'currency=eur'], ['cookie', 'a=1; currency=eur'], ['accept', 'a=1']].map(hasUnkeyed),
      [false, false, true, false],
    )
  })

  it('are left out of what is asked for all, except for the key', () => {
    const { keyedOnly } = handling(text)
    assert.deepEqual(keyedOnly(['cookie', 'a=1; currency=eur', 'x', 'y']), ['cookie', 'currency=eur', 'x', 'y'])
    assert.deepEqual(keyedOnly(['cookie', 'a=1']), [])
  })
})

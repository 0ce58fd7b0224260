import { type CaseGroup, type ConformanceCase, optimal, required } from '../conformance-case.ts'

const FRESH = 'Cache-Control: max-age=3600'

function varies(
  kind: typeof optimal,
  id: string,
  what: string,
  vary: string | readonly string[],
  first: readonly string[],
  second: readonly string[],
): ConformanceCase {
  const response = [FRESH, ...(typeof vary === 'string' ? [`Vary: ${vary}`] : vary)]
  const expect = kind === optimal ? 'cached' : 'not-cached'
  return kind(id, what, { request: first, response }, { request: second, response, expect })
}

const star = (id: string, ...vary: string[]) =>
  varies(required, id, `reuses nothing with ${vary.join(' / ')}`, vary, ['Foo: 1'], ['Foo: 1'])

export const selection: CaseGroup = {
  title: 'Vary',
  section: 'RFC 9111 §4.1, RFC 9110 §12.5.5',
  cases: [
    varies(optimal, 'vary-match', 'reuses for the same value', 'Foo', ['Foo: 1'], ['Foo: 1']),
    varies(required, 'vary-no-match', 'does not reuse for another value', 'Foo', ['Foo: 1'], ['Foo: 2']),
    varies(required, 'vary-omit', 'does not reuse where the field is missing', 'Foo', ['Foo: 1'], []),
    varies(required, 'vary-omit-stored', 'does not reuse where the field was missing', 'Foo', [], ['Foo: 1']),
    varies(required, 'vary-star', 'reuses nothing with Vary: *', '*', ['Foo: 1'], ['Foo: 1']),
    varies(
      optimal,
      'vary-2-match',
      'reuses for two same values',
      'Foo, Bar',
      ['Foo: 1', 'Bar: a'],
      ['Foo: 1', 'Bar: a'],
    ),
    varies(
      required,
      'vary-2-no-match',
      'does not reuse where one of two differs',
      'Foo, Bar',
      ['Foo: 1', 'Bar: a'],
      ['Foo: 2', 'Bar: a'],
    ),
    varies(optimal, 'vary-2-match-omit', 'reuses where both lack one', 'Foo, Bar', ['Foo: 1'], ['Foo: 1']),
    varies(
      optimal,
      'vary-3-match',
      'reuses for three same values',
      'Foo, Bar, Baz',
      ['Foo: 1', 'Bar: a', 'Baz: x'],
      ['Foo: 1', 'Bar: a', 'Baz: x'],
    ),
    varies(
      required,
      'vary-3-no-match',
      'does not reuse where one of three differs',
      'Foo, Bar, Baz',
      ['Foo: 1', 'Bar: a', 'Baz: x'],
      ['Foo: 1', 'Bar: b', 'Baz: x'],
    ),
    varies(
      optimal,
      'vary-3-order',
      'reuses whatever the order of the fields',
      'Foo, Bar, Baz',
      ['Foo: 1', 'Bar: a', 'Baz: x'],
      ['Baz: x', 'Foo: 1', 'Bar: a'],
    ),
    varies(
      required,
      'vary-3-omit',
      'does not reuse where one of three is missing',
      'Foo, Bar, Baz',
      ['Foo: 1', 'Bar: a', 'Baz: x'],
      ['Foo: 1', 'Baz: x'],
    ),
    optimal(
      'vary-invalidate',
      'keeps a variant when another is stored',
      { request: ['Foo: 1'], response: [FRESH, 'Vary: Foo'] },
      { request: ['Foo: 2'], response: [FRESH, 'Vary: Foo'], expect: 'not-cached' },
      { request: ['Foo: 1'], expect: 'cached', expectBody: 'response 1' },
    ),
    optimal(
      'vary-cache-key',
      'takes Vary for no part of the key: no Vary on the newest response means it is for all',
      { request: ['Foo: 1'], response: [FRESH, 'Vary: Foo'] },
      { after: 1, request: ['Foo: 2'], response: [FRESH], expect: 'not-cached' },
      { request: ['Foo: 3'], expect: 'cached', expectBody: 'response 2' },
    ),
    varies(
      optimal,
      'vary-normalise-combine',
      'reuses when lines are combined',
      'Foo',
      ['Foo: 1, 2'],
      ['Foo: 1', 'Foo: 2'],
    ),
    varies(optimal, 'vary-normalise-space', 'reuses whatever the space in a list', 'Foo', ['Foo: 1,2'], ['Foo: 1, 2']),
    varies(
      optimal,
      'vary-normalise-lang-case',
      'reuses whatever the case of a language',
      'Accept-Language',
      ['Accept-Language: en, de'],
      ['Accept-Language: eN, De'],
    ),
    varies(
      optimal,
      'vary-normalise-lang-order',
      'reuses whatever the order of equal languages',
      'Accept-Language',
      ['Accept-Language: en, de'],
      ['Accept-Language: de, en'],
    ),
    varies(
      optimal,
      'vary-normalise-lang-space',
      'reuses whatever the space between languages',
      'Accept-Language',
      ['Accept-Language: en, de'],
      ['Accept-Language:  en ,  de'],
    ),
    optimal(
      'vary-normalise-lang-select',
      'reuses the language that the request prefers',
      { request: ['Accept-Language: en, de'], response: [FRESH, 'Vary: Accept-Language', 'Content-Language: de'] },
      { request: ['Accept-Language: fr;q=0.5, de;q=1.0'], expect: 'cached' },
    ),
    star('vary-syntax-star', 'Vary: *'),
    star('vary-syntax-star-star', 'Vary: *, *'),
    star('vary-syntax-star-star-lines', 'Vary: *', 'Vary: *'),
    star('vary-syntax-star-foo', 'Vary: *, Foo'),
    star('vary-syntax-foo-star', 'Vary: Foo, *'),
    star('vary-syntax-empty-star', 'Vary: , *'),
    star('vary-syntax-empty-star-lines', 'Vary: ', 'Vary: *'),
    required(
      'query-args-different',
      'does not reuse for another query',
      { target: '/?a=1', response: [FRESH] },
      { target: '/?b=2', expect: 'not-cached' },
    ),
    optimal(
      'query-args-same',
      'reuses for the same query',
      { target: '/?a=1', response: [FRESH] },
      { target: '/?a=1', expect: 'cached' },
    ),
  ],
}

const AUTHORIZED = ['Authorization: FOO']
const forAuthorized = (kind: typeof optimal, id: string, directive: string): ConformanceCase => {
  const response = [`Cache-Control: max-age=3600${directive}`]
  const what = `${kind === optimal ? 'reuses' : 'does not reuse'} what Authorization got with ${response[0]}`
  return kind(
    id,
    what,
    { request: AUTHORIZED, response },
    { request: AUTHORIZED, response, expect: kind === optimal ? 'cached' : 'not-cached' },
  )
}

export const sharing: CaseGroup = {
  title: 'Authorization, cookies and methods',
  section: 'RFC 9111 §3, §3.5, §7.3',
  cases: [
    forAuthorized(required, 'other-authorization', ''),
    forAuthorized(optimal, 'other-authorization-public', ', public'),
    forAuthorized(optimal, 'other-authorization-must-revalidate', ', must-revalidate'),
    forAuthorized(optimal, 'other-authorization-smaxage', ', s-maxage=3600'),
    optimal(
      'other-cookie',
      'reuses for a request with a cookie what is explicitly fresh',
      { request: ['Cookie: a=b'], response: [FRESH] },
      { request: ['Cookie: a=b'], expect: 'cached' },
    ),
    {
      ...optimal(
        'other-set-cookie',
        'reuses what sets a cookie (with setCookie: store)',
        { response: [FRESH, 'Set-Cookie: a=b'] },
        { expect: 'cached' },
      ),
      settings: { setCookie: 'store' },
    },
    optimal(
      'other-fresh-content-disposition-attachment',
      'reuses a fresh attachment',
      { response: [FRESH, 'Content-Disposition: attachment; filename=a.txt'] },
      { expect: 'cached' },
    ),
    optimal(
      'other-heuristic-content-disposition-attachment',
      'and a heuristically fresh one',
      { response: ['Last-Modified: @-100000', 'Content-Disposition: attachment; filename=a.txt'] },
      { expect: 'cached' },
    ),
    optimal(
      'method-POST',
      'reuses for GET what a POST got with freshness and its own Content-Location',
      { method: 'POST', target: '/form', response: [FRESH, 'Content-Location: /form'] },
      { target: '/form', expect: 'cached', expectBody: 'response 1' },
    ),
    required(
      'method-POST-without-location',
      'does not without it',
      { method: 'POST', response: [FRESH] },
      { expect: 'not-cached' },
    ),
  ],
}

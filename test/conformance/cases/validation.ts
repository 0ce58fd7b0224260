import { type CaseGroup, type ConformanceCase, optimal, required } from '../conformance-case.ts'

const FRESH = 'Cache-Control: max-age=3600'
const SHORT = 'Cache-Control: max-age=2'
const MODIFIED = 'Last-Modified: Wed, 31 Dec 2025 00:00:00 GMT'

/** A fresh response with this tag, asked for with that `If-None-Match`. */
const asked = (
  kind: typeof optimal,
  id: string,
  what: string,
  etag: string,
  wanted: string,
  status: 200 | 304,
): ConformanceCase =>
  kind(
    id,
    what,
    { response: [FRESH, `ETag: ${etag}`] },
    { request: [`If-None-Match: ${wanted}`], expect: 'cached', expectStatus: status },
  )

const since = (
  id: string,
  what: string,
  modified: readonly string[],
  date: string,
  status: 200 | 304,
): ConformanceCase =>
  optimal(
    id,
    what,
    { response: [FRESH, ...modified] },
    { request: [`If-Modified-Since: ${date}`], expect: 'cached', expectStatus: status },
  )

const validatedBy = (id: string, etag: string): ConformanceCase =>
  optimal(
    id,
    `validates with If-None-Match: ${etag}`,
    { response: [SHORT, `ETag: ${etag}`] },
    { after: 3, response: [SHORT, `ETag: ${etag}`], expect: 'etag-validated', expectAsked: [`If-None-Match: ${etag}`] },
  )

export const conditional: CaseGroup = {
  title: 'Conditional requests',
  section: 'RFC 9111 §4.3.1, §4.3.2, RFC 9110 §13',
  cases: [
    asked(optimal, 'conditional-etag-strong-respond', 'answers a matching tag with 304', '"abc"', '"abc"', 304),
    asked(optimal, 'conditional-etag-weak-respond', 'answers a matching weak tag with 304', 'W/"abc"', 'W/"abc"', 304),
    asked(
      optimal,
      'conditional-etag-strong-respond-obs-text',
      'answers a tag with obs-text',
      '"abc\xe9"',
      '"abc\xe9"',
      304,
    ),
    asked(
      optimal,
      'conditional-etag-strong-respond-multiple-first',
      'finds the tag first in a list',
      '"abc"',
      '"abc", "def"',
      304,
    ),
    asked(
      optimal,
      'conditional-etag-strong-respond-multiple-second',
      'finds the tag second in a list',
      '"abc"',
      '"def", "abc"',
      304,
    ),
    asked(
      optimal,
      'conditional-etag-strong-respond-multiple-last',
      'finds the tag last in a list',
      '"abc"',
      '"def", "ghi", "abc"',
      304,
    ),
    asked(
      required,
      'conditional-etag-weak-respond-backslash',
      'takes no backslash for an escape in a tag',
      'W/"a\\"',
      'W/"a\\"',
      304,
    ),
    asked(required, 'conditional-etag-weak-respond-lowercase', 'takes w/ for no weak tag', 'W/"abc"', 'w/"abc"', 200),
    asked(
      required,
      'conditional-etag-weak-respond-omit-slash',
      'takes W without slash for no weak tag',
      'W/"abc"',
      'W"abc"',
      200,
    ),
    asked(required, 'conditional-etag-no-match', 'answers another tag whole', '"abc"', '"def"', 200),
    asked(optimal, 'conditional-etag-unquoted-respond-unquoted', 'answers a tag without quotes', 'abc', 'abc', 304),
    required(
      'conditional-etag-precedence',
      'lets If-None-Match go before If-Modified-Since',
      { response: [FRESH, 'ETag: "abc"', MODIFIED] },
      { request: ['If-None-Match: "def"', 'If-Modified-Since: @+0'], expect: 'cached', expectStatus: 200 },
    ),
    required('conditional-etag-forward', 'sends If-None-Match on where nothing is stored', {
      request: ['If-None-Match: "abc"'],
      response: [FRESH],
      expect: 'not-cached',
      expectAsked: ['If-None-Match: "abc"'],
    }),
    required('conditional-etag-forward-unquoted', 'sends one without quotes on as it is', {
      request: ['If-None-Match: abc'],
      response: [FRESH],
      expect: 'not-cached',
      expectAsked: ['If-None-Match: abc'],
    }),
    validatedBy('conditional-etag-strong-generate', '"abc"'),
    validatedBy('conditional-etag-weak-generate-weak', 'W/"abc"'),
    validatedBy('conditional-etag-strong-generate-unquoted', 'abc'),
    optimal(
      'conditional-etag-vary-headers',
      'validates the variant of the request',
      { request: ['Abc: 1'], response: [SHORT, 'ETag: "abc"', 'Vary: Abc'] },
      { after: 3, request: ['Abc: 1'], response: [SHORT, 'ETag: "abc"', 'Vary: Abc'], expect: 'etag-validated' },
    ),
    required(
      'conditional-304-etag',
      'sends the ETag with a 304 of its own',
      { response: [FRESH, 'ETag: "abc"'] },
      { request: ['If-None-Match: "abc"'], expect: 'cached', expectFields: ['ETag: "abc"'] },
    ),
    since('conditional-lm-fresh', 'answers the same date with 304', [MODIFIED], 'Wed, 31 Dec 2025 00:00:00 GMT', 304),
    since(
      'conditional-lm-fresh-rfc850',
      'answers a date in the RFC 850 form',
      [MODIFIED],
      'Wednesday, 31-Dec-25 00:00:00 GMT',
      304,
    ),
    since(
      'conditional-lm-fresh-earlier',
      'answers an earlier date whole',
      [MODIFIED],
      'Tue, 30 Dec 2025 00:00:00 GMT',
      200,
    ),
    since('conditional-lm-fresh-no-lm', 'compares with Date where there is no Last-Modified', [], '@+0', 304),
    optimal(
      'conditional-lm-stale',
      'validates with If-Modified-Since',
      { response: [SHORT, MODIFIED] },
      { after: 3, response: [SHORT], expect: 'lm-validated' },
    ),
  ],
}

/** Fields that a 304 updates, and those that stay because they say how to read the stored bytes (RFC 9111 §3.2). */
const UPDATED = [
  'Test-Header',
  'X-Test-Header',
  'Content-Foo',
  'X-Content-Foo',
  'Content-Location',
  'Content-MD5',
  'Content-Security-Policy',
  'Content-Type',
  'Clear-Site-Data',
  'Public-Key-Pins',
  'X-Frame-Options',
  'X-XSS-Protection',
]
const NOT_UPDATED = ['Content-Encoding', 'Content-Range']

const updates = (field: string, value: string): ConformanceCase =>
  optimal(
    `304-etag-update-response-${field}`,
    `${value === 'new' ? 'updates' : 'does not update'} ${field} by a 304`,
    { response: [SHORT, 'ETag: "abc"', `${field}: old`] },
    {
      after: 3,
      response: ['Cache-Control: max-age=3600', 'ETag: "abc"', `${field}: new`],
      expect: 'etag-validated',
      expectFields: [`${field}: ${value}`],
    },
    { expect: 'cached', expectFields: [`${field}: ${value}`] },
  )

export const updating: CaseGroup = {
  title: 'Freshening',
  section: 'RFC 9111 §3.2, §4.3.4, §4.3.5',
  cases: [
    ...UPDATED.map((field) => updates(field, 'new')),
    ...NOT_UPDATED.map((field) => updates(field, 'old')),
    optimal(
      '304-etag-update-response-Cache-Control',
      'updates the lifetime by a 304',
      { response: [SHORT, 'ETag: "abc"'] },
      { after: 3, response: [FRESH, 'ETag: "abc"'], expect: 'etag-validated', expectFields: [FRESH] },
      { after: 60, expect: 'cached' },
    ),
    optimal(
      '304-etag-update-response-Expires',
      'updates Expires by a 304',
      { response: ['Expires: @+2', 'ETag: "abc"'] },
      { after: 3, response: ['Expires: @+3600', 'ETag: "abc"'], expect: 'etag-validated' },
      { after: 60, expect: 'cached' },
    ),
    required(
      '304-etag-update-response-Set-Cookie',
      'stores no Set-Cookie of a 304',
      { response: [SHORT, 'ETag: "abc"'] },
      { after: 3, response: [FRESH, 'ETag: "abc"', 'Set-Cookie: a=b'], expect: 'etag-validated' },
      { expectFields: ['!Set-Cookie'] },
    ),
    optimal(
      '304-lm-use-stored-Test-Header',
      'keeps stored fields that a 304 has not',
      { response: [SHORT, MODIFIED, 'Test-Header: A'] },
      { after: 3, response: [FRESH], expect: 'lm-validated', expectFields: ['Test-Header: A'] },
    ),
    required(
      'head-writethrough',
      'forwards a HEAD for what is not stored',
      { method: 'HEAD', response: [FRESH], expect: 'not-cached' },
      { expect: 'not-cached' },
    ),
    optimal(
      'head-from-get',
      'answers a HEAD from what a GET stored',
      { response: [FRESH] },
      { method: 'HEAD', expect: 'cached' },
    ),
    optimal(
      'head-200-update',
      'updates what is stored by the response to a HEAD',
      { response: [SHORT, 'ETag: "abc"', 'Test: 1'], body: '123' },
      { after: 3, method: 'HEAD', response: [FRESH, 'ETag: "abc"', 'Test: 2'], body: '123', expect: 'not-cached' },
      { expect: 'cached', expectFields: ['Test: 2'], expectBody: '123' },
    ),
    optimal(
      'head-200-retain',
      'keeps stored fields that the response to a HEAD has not',
      { response: [SHORT, 'ETag: "abc"', 'Kept: 1'], body: '123' },
      { after: 3, method: 'HEAD', response: [FRESH, 'ETag: "abc"'], body: '123' },
      { expect: 'cached', expectFields: ['Kept: 1'] },
    ),
    optimal(
      'head-200-freshness-update',
      'updates the lifetime by the response to a HEAD',
      { response: [SHORT, 'ETag: "abc"'], body: '123' },
      { after: 3, method: 'HEAD', response: [FRESH, 'ETag: "abc"'], body: '123' },
      { after: 60, expect: 'cached' },
    ),
    optimal(
      'head-200-other-length',
      'does not reuse what a HEAD shows to have another length',
      { response: [SHORT], body: '123' },
      { after: 3, method: 'HEAD', response: [FRESH], body: '1234' },
      { expect: 'not-cached' },
    ),
    optimal(
      'head-410-update',
      'does not reuse what a HEAD shows to be gone',
      { response: [SHORT, 'ETag: "abc"'] },
      { after: 3, method: 'HEAD', status: 410 },
      { expect: 'not-cached' },
    ),
  ],
}

const whenClosed = (
  kind: typeof optimal,
  id: string,
  what: string,
  directives: string,
  expectStatus: number,
): ConformanceCase =>
  kind(id, what, { response: [`Cache-Control: ${directives}`] }, { after: 3, closes: true, expectStatus })
const when503 = (
  kind: typeof optimal,
  id: string,
  what: string,
  directives: string,
  expectStatus: number,
): ConformanceCase =>
  kind(id, what, { response: [`Cache-Control: ${directives}`] }, { after: 3, status: 503, expectStatus })

export const staleness: CaseGroup = {
  title: 'Serving stale',
  section: 'RFC 9111 §4.2.4, RFC 5861',
  cases: [
    whenClosed(optimal, 'stale-close', 'serves stale when the origin closes the connection', 'max-age=2', 200),
    when503(optimal, 'stale-503', 'serves stale when the origin says 503', 'max-age=2', 200),
    whenClosed(optimal, 'stale-sie-close', 'serves stale by stale-if-error', 'max-age=2, stale-if-error=60', 200),
    when503(optimal, 'stale-sie-503', 'serves stale by stale-if-error for a 503', 'max-age=2, stale-if-error=60', 200),
    ...['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=2'].flatMap((directive) => [
      whenClosed(required, `stale-close-${directive}`, `does not against ${directive}`, `max-age=2, ${directive}`, 502),
      when503(required, `stale-503-${directive}`, `nor for a 503 against ${directive}`, `max-age=2, ${directive}`, 503),
    ]),
    optimal(
      'stale-while-revalidate',
      'serves stale while it asks',
      { response: ['Cache-Control: max-age=1, stale-while-revalidate=3600'] },
      { after: 3, response: [FRESH], expectBody: 'response 1' },
      { expect: 'cached', expectBody: 'response 2' },
    ),
    required(
      'stale-while-revalidate-window',
      'does not past the window',
      { response: ['Cache-Control: max-age=1, stale-while-revalidate=4'] },
      { after: 6, expect: 'not-cached', expectBody: 'response 2' },
    ),
  ],
}

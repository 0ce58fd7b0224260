import { type CaseGroup, type ConformanceCase, optimal, required } from '../conformance-case.ts'

const FRESH = 'Cache-Control: max-age=3600'
const TEN = '0123456789'

const PART = {
  request: ['Range: bytes=0-4'],
  status: 206,
  response: [FRESH, 'ETag: "abc"', 'Content-Range: bytes 0-4/10'],
  body: '01234',
} as const

const fromWhole = (id: string, range: string, body: string): ConformanceCase =>
  optimal(
    id,
    `answers ${range} from the whole`,
    { response: [FRESH], body: TEN },
    { request: [`Range: ${range}`], expect: 'cached', expectStatus: 206, expectBody: body },
  )

const fromPart = (id: string, range: string, body: string): ConformanceCase =>
  optimal(id, `answers ${range} from a part`, PART, {
    request: [`Range: ${range}`],
    expect: 'cached',
    expectStatus: 206,
    expectBody: body,
  })

export const partial: CaseGroup = {
  title: 'Partial responses',
  section: 'RFC 9111 §3.3, §3.4, RFC 9110 §14',
  cases: [
    fromWhole('partial-store-complete-reuse-partial', 'bytes=0-4', '01234'),
    fromWhole('partial-store-complete-reuse-partial-no-last', 'bytes=5-', '56789'),
    fromWhole('partial-store-complete-reuse-partial-suffix', 'bytes=-1', '9'),
    fromPart('partial-store-partial-reuse-partial', 'bytes=0-4', '01234'),
    fromPart('partial-store-partial-reuse-partial-byterange', 'bytes=1-3', '123'),
    optimal(
      'partial-store-partial-reuse-partial-absent',
      'answers an open range from a part that holds the rest',
      {
        request: ['Range: bytes=5-'],
        status: 206,
        response: [FRESH, 'ETag: "abc"', 'Content-Range: bytes 5-9/10'],
        body: '56789',
      },
      { request: ['Range: bytes=6-'], expect: 'cached', expectStatus: 206, expectBody: '6789' },
    ),
    optimal(
      'partial-store-partial-reuse-partial-suffix',
      'answers the last bytes from a part that holds them',
      {
        request: ['Range: bytes=-5'],
        status: 206,
        response: [FRESH, 'ETag: "abc"', 'Content-Range: bytes 5-9/10'],
        body: '56789',
      },
      { request: ['Range: bytes=-1'], expect: 'cached', expectStatus: 206, expectBody: '9' },
    ),
    optimal(
      'partial-store-partial-complete',
      'asks only for what a stored part lacks',
      PART,
      {
        status: 206,
        response: [FRESH, 'ETag: "abc"', 'Content-Range: bytes 5-9/10'],
        body: '56789',
        expectStatus: 200,
        expectBody: TEN,
        expectAsked: ['Range: bytes=5-', 'If-Range: "abc"'],
      },
      { expect: 'cached', expectStatus: 200, expectBody: TEN },
    ),
    required('partial-store-partial-changed', 'joins no parts of two representations', PART, {
      response: [FRESH, 'ETag: "def"'],
      body: 'abcdefghij',
      expect: 'not-cached',
      expectStatus: 200,
      expectBody: 'abcdefghij',
    }),
    required(
      'partial-store-partial-not-whole',
      'gives a part to nobody who asked for the whole',
      { ...PART, response: [FRESH, 'Content-Range: bytes 0-4/10'] },
      { response: [FRESH], body: TEN, expect: 'not-cached', expectBody: TEN },
    ),
    required('partial-use-headers', 'uses the fields of the newer part', PART, {
      status: 206,
      response: [FRESH, 'ETag: "abc"', 'Content-Range: bytes 5-9/10', 'Test: new'],
      body: '56789',
      expectFields: ['Test: new', '!Content-Range'],
    }),
    required(
      'partial-if-range-weak',
      'honours no range on a weak If-Range',
      { response: [FRESH, 'ETag: W/"abc"'], body: TEN },
      { request: ['Range: bytes=0-4', 'If-Range: W/"abc"'], expect: 'cached', expectStatus: 200, expectBody: TEN },
    ),
  ],
}

const invalidates = (
  id: string,
  what: string,
  method: string,
  target: string,
  ...response: string[]
): ConformanceCase =>
  required(
    id,
    what,
    { target: '/page', response: [FRESH] },
    { method, target, response },
    { target: '/page', expect: 'not-cached' },
  )

export const invalidation: CaseGroup = {
  title: 'Invalidation',
  section: 'RFC 9111 §4.4',
  cases: ['POST', 'PUT', 'DELETE', 'M-SEARCH'].flatMap((method) => [
    invalidates(`invalidate-${method}`, `${method} invalidates its target`, method, '/page'),
    invalidates(
      `invalidate-${method}-location`,
      `${method} invalidates its Location`,
      method,
      '/other',
      'Location: /page',
    ),
    invalidates(
      `invalidate-${method}-cl`,
      `${method} invalidates its Content-Location`,
      method,
      '/other',
      'Content-Location: /page',
    ),
    optimal(
      `invalidate-${method}-failed`,
      `${method} that failed does not`,
      { target: '/page', response: [FRESH] },
      { method, target: '/page', status: 500 },
      { target: '/page', expect: 'cached' },
    ),
    required(
      `invalidate-${method}-other-origin`,
      `${method} does not invalidate what is of another origin`,
      { target: '/page', response: [FRESH] },
      { method, target: '/other', response: ['Location: http://elsewhere.test/page'] },
      { target: '/page', expect: 'cached' },
    ),
  ]),
}

const STORED_FIELDS = [
  'Test-Header',
  'X-Test-Header',
  'Content-Foo',
  'Content-Encoding',
  'Content-Location',
  'Content-MD5',
  'Content-Security-Policy',
  'Content-Type',
  'Clear-Site-Data',
  'Public-Key-Pins',
  'X-Frame-Options',
  'X-XSS-Protection',
  'Cache-Status',
]
const NOT_STORED_FIELDS = [
  'Proxy-Authenticate',
  'Proxy-Authentication-Info',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Keep-Alive',
  'TE',
  'Trailer',
  'Upgrade',
]

const keeps = (field: string, kept: boolean): ConformanceCase =>
  required(
    `headers-store-${field}`,
    `${kept ? 'stores' : 'does not store'} ${field}`,
    { response: [FRESH, `${field}: value`] },
    { expect: 'cached', expectFields: [kept ? `${field}: value` : `!${field}`] },
  )

export const fields: CaseGroup = {
  title: 'Storing header fields, interim responses',
  section: 'RFC 9111 §3.1, §5.2.2.4, RFC 9110 §15.2',
  cases: [
    ...STORED_FIELDS.map((field) => keeps(field, true)),
    ...NOT_STORED_FIELDS.map((field) => keeps(field, false)),
    required(
      'headers-omit-headers-listed-in-Cache-Control-no-cache',
      'stores nothing that no-cache names',
      { response: ['Cache-Control: max-age=3600, no-cache="a, b"', 'a: 1', 'b: 2', 'c: 3'] },
      { expect: 'cached', expectFields: ['!a', '!b', 'c: 3'] },
    ),
    required(
      'headers-omit-headers-listed-in-Cache-Control-no-cache-single',
      'the same for one name',
      { response: ['Cache-Control: max-age=3600, no-cache="a"', 'a: 1', 'c: 3'] },
      { expect: 'cached', expectFields: ['!a', 'c: 3'] },
    ),
    required(
      'headers-omit-headers-listed-in-Connection',
      'stores nothing that Connection names',
      { response: [FRESH, 'Connection: a', 'a: 1', 'c: 3'] },
      { expect: 'cached', expectFields: ['!a', 'c: 3'] },
    ),
    required(
      'interim-not-cached',
      'stores the final response, not the interim one',
      { interim: { status: 103, fields: ['Link: </a>'] }, response: [FRESH] },
      { expect: 'cached', expectStatus: 200, expectBody: 'response 1' },
    ),
    required(
      'interim-no-header-reuse',
      'stores no field of an interim response',
      { interim: { status: 103, fields: ['Only-Interim: 1'] }, response: [FRESH] },
      { expect: 'cached', expectFields: ['!Only-Interim'] },
    ),
    required('interim-102', 'lives through a 102', {
      interim: { status: 102, fields: [] },
      response: [FRESH],
      expectStatus: 200,
    }),
  ],
}

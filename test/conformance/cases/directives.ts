import { type CaseGroup, isNotReused, isReused, optimal, required } from '../conformance-case.ts'

const cc = (value: string): string => `Cache-Control: ${value}`
const FRESH = cc('max-age=3600')
const TAGGED = [FRESH, 'ETag: "abc"']

export const responseDirectives: CaseGroup = {
  title: 'Cache-Control in responses',
  section: 'RFC 9111 §5.2.2',
  cases: [
    required('cc-resp-no-store', 'does not store no-store', ...isNotReused(cc('no-store'))),
    required('cc-resp-no-store-case-insensitive', 'does not store No-StOrE', ...isNotReused(cc('No-StOrE'))),
    required(
      'cc-resp-no-store-fresh',
      'does not store no-store beside max-age',
      ...isNotReused(cc('max-age=10000, no-store')),
    ),
    required(
      'cc-resp-no-store-old-new',
      'reuses no fresh response that came as no-store after an older one',
      { response: [cc('max-age=1')] },
      { after: 2, response: [cc('no-store, max-age=10000')], expect: 'not-cached' },
      { response: [FRESH], expect: 'not-cached' },
    ),
    required('cc-resp-private-shared', 'does not store private', ...isNotReused(cc('private, max-age=3600'))),
    required('cc-resp-no-cache', 'does not reuse no-cache unasked', ...isNotReused(cc('no-cache'), 'Expires: @+3600')),
    required(
      'cc-resp-no-cache-case-insensitive',
      'the same in other case',
      ...isNotReused(cc('No-CaChE'), 'Expires: @+3600'),
    ),
    required(
      'cc-resp-no-cache-fresh',
      'does not reuse no-cache by its max-age',
      ...isNotReused(cc('max-age=3600, no-cache')),
    ),
    optimal(
      'cc-resp-no-cache-revalidate',
      'validates no-cache',
      { response: [cc('no-cache'), 'ETag: "abc"'] },
      { response: [cc('no-cache'), 'ETag: "abc"'], expect: 'etag-validated', expectBody: 'response 1' },
    ),
    optimal(
      'cc-resp-no-cache-revalidate-fresh',
      'validates no-cache, fresh or not',
      { response: [cc('max-age=10000, no-cache'), 'ETag: "abc"'] },
      { response: [cc('max-age=10000, no-cache'), 'ETag: "abc"'], expect: 'etag-validated' },
    ),
    optimal(
      'cc-resp-must-revalidate-fresh',
      'reuses a fresh response with must-revalidate',
      ...isReused(cc('max-age=10000, must-revalidate')),
    ),
    required(
      'cc-resp-must-revalidate-stale',
      'validates a stale response with must-revalidate',
      { response: [cc('max-age=2, must-revalidate'), 'ETag: "abc"'] },
      { after: 3, response: [cc('max-age=2, must-revalidate'), 'ETag: "abc"'], expect: 'etag-validated' },
    ),
    optimal(
      'cc-resp-immutable-fresh',
      'reuses a fresh immutable response though reload is asked',
      { response: [cc('max-age=10000, immutable')] },
      { request: [cc('max-age=0')], expect: 'cached' },
    ),
    required(
      'cc-resp-immutable-stale',
      'does not reuse a stale immutable response',
      { response: [cc('max-age=2, immutable')] },
      { after: 3, expect: 'not-cached' },
    ),
    required(
      'pragma-response-no-cache',
      'lets Pragma in a response mean nothing',
      ...isReused('Pragma: no-cache', FRESH),
    ),
    optimal(
      'pragma-response-no-cache-heuristic',
      'nor against heuristic freshness',
      ...isReused('Pragma: no-cache', 'Last-Modified: @-10000'),
    ),
    optimal('pragma-response-extension', 'nor an extension in it', ...isReused('Pragma: foo', FRESH)),
  ],
}

export const requestDirectives: CaseGroup = {
  title: 'Cache-Control in requests (with the option obeyRequestDirectives)',
  section: 'RFC 9111 §5.2.1, §5.4',
  cases: [
    optimal(
      'ccreq-ma0',
      'does not reuse for max-age=0',
      { response: [FRESH] },
      { request: [cc('max-age=0')], expect: 'not-cached' },
    ),
    optimal(
      'ccreq-ma1',
      'does not reuse what is older than max-age',
      { response: [FRESH, 'Age: 5'] },
      { request: [cc('max-age=1')], expect: 'not-cached' },
    ),
    optimal(
      'ccreq-magreaterage',
      'does not reuse what Age makes older than max-age',
      { response: [FRESH, 'Age: 1800'] },
      { request: [cc('max-age=600')], expect: 'not-cached' },
    ),
    optimal(
      'ccreq-max-stale',
      'reuses what is stale for max-stale',
      { response: [cc('max-age=1')] },
      { after: 3, request: [cc('max-stale=1000')], expectBody: 'response 1' },
    ),
    optimal(
      'ccreq-max-stale-age',
      'reuses what Age makes stale for max-stale',
      { response: [cc('max-age=1500'), 'Age: 2000'] },
      { request: [cc('max-stale=1000')], expectBody: 'response 1' },
    ),
    optimal(
      'ccreq-min-fresh',
      'does not reuse what is not fresh long enough',
      { response: [cc('max-age=1500')] },
      { request: [cc('min-fresh=2000')], expect: 'not-cached' },
    ),
    optimal(
      'ccreq-min-fresh-age',
      'nor what Age makes so',
      { response: [cc('max-age=1500'), 'Age: 1000'] },
      { request: [cc('min-fresh=1000')], expect: 'not-cached' },
    ),
    optimal(
      'ccreq-no-cache',
      'does not reuse for no-cache',
      { response: [FRESH] },
      { request: [cc('no-cache')], expect: 'not-cached' },
    ),
    optimal(
      'ccreq-no-cache-etag',
      'validates by ETag for no-cache',
      { response: TAGGED },
      { request: [cc('no-cache')], response: TAGGED, expect: 'etag-validated' },
    ),
    optimal(
      'ccreq-no-cache-lm',
      'validates by Last-Modified for no-cache',
      { response: [FRESH, 'Last-Modified: Wed, 31 Dec 2025 00:00:00 GMT'] },
      { request: [cc('no-cache')], response: [FRESH], expect: 'lm-validated' },
    ),
    required(
      'ccreq-no-store',
      'does not store for no-store',
      { request: [cc('no-store')], response: [FRESH] },
      { request: [cc('no-store')], expect: 'not-cached' },
    ),
    optimal('ccreq-oic', 'answers 504 for only-if-cached', {
      request: [cc('only-if-cached')],
      expect: 'cached',
      expectStatus: 504,
    }),
    optimal(
      'pragma-request-no-cache',
      'takes Pragma: no-cache for Cache-Control: no-cache',
      { response: [FRESH] },
      { request: ['Pragma: no-cache'], expect: 'not-cached' },
    ),
    optimal(
      'pragma-request-extension',
      'lets an extension of Pragma mean nothing',
      { response: [FRESH] },
      { request: ['Pragma: foo'], expect: 'cached' },
    ),
  ],
}

const cdn = (value: string): string => `CDN-Cache-Control: ${value}`

export const targeted: CaseGroup = {
  title: 'CDN-Cache-Control',
  section: 'RFC 9213',
  cases: [
    optimal('cdn-max-age', 'reuses by its max-age', ...isReused(cdn('max-age=3600'))),
    required('cdn-max-age-0', 'does not reuse max-age=0', ...isNotReused(cdn('max-age=0'), FRESH)),
    required('cdn-max-age-age', 'counts Age', ...isNotReused(cdn('max-age=3600'), 'Age: 12000')),
    optimal('cdn-max-age-expires', 'goes before Expires', ...isReused(cdn('max-age=3600'), 'Expires: @-3600')),
    optimal(
      'cdn-max-age-long-cc-max-age',
      'goes before a shorter Cache-Control',
      ...isReused(cdn('max-age=3600'), cc('max-age=1')),
    ),
    required(
      'cdn-max-age-short-cc-max-age',
      'goes before a longer Cache-Control',
      { response: [cdn('max-age=1'), FRESH] },
      { after: 3, expect: 'not-cached' },
    ),
    optimal(
      'cdn-max-age-cc-max-invalid-expires',
      'goes before an invalid Expires',
      ...isReused(cdn('max-age=3600'), 'Expires: 0'),
    ),
    optimal('cdn-max-age-extension', 'ignores extensions', ...isReused(cdn('foo, max-age=3600'))),
    optimal(
      'cdn-max-age-space-around',
      'falls back to Cache-Control where it is no Dictionary',
      ...isReused(cdn('max-age = 0'), FRESH),
    ),
    optimal(
      'cdn-cc-invalid-sh-type-unknown',
      'ignores members of an unknown type',
      ...isReused(cdn('max-age=3600, foo="bar"')),
    ),
    required(
      'cdn-cc-invalid-sh-type-wrong',
      'does not reuse a max-age of the wrong type',
      ...isNotReused(cdn('max-age="3600"')),
    ),
    required('cdn-no-cache', 'obeys no-cache', ...isNotReused(cdn('no-cache'), FRESH)),
    required('cdn-no-store-cc-fresh', 'obeys no-store', ...isNotReused(cdn('no-store'), FRESH)),
    optimal(
      'cdn-fresh-cc-nostore',
      'goes before no-store in Cache-Control',
      ...isReused(cdn('max-age=3600'), cc('no-store')),
    ),
    required('cdn-private', 'obeys private', ...isNotReused(cdn('private'), FRESH)),
    required(
      'cdn-remove-age-exceed',
      'counts the Age that came',
      { response: [cdn('max-age=3600'), 'Age: 3590'] },
      { after: 11, expect: 'not-cached' },
    ),
  ],
}

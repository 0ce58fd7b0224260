import { type CaseGroup, isNotReused, isReused, optimal, required } from '../conformance-case.ts'

const cc = (value: string): string => `Cache-Control: ${value}`
const stale = (id: string, what: string, ...response: string[]) =>
  required(id, `does not reuse ${what}`, ...isNotReused(...response))
const fresh = (id: string, what: string, ...response: string[]) =>
  optimal(id, `reuses ${what}`, ...isReused(...response))

/** Values of `Expires` that are no HTTP-date, and so in the past. */
const invalidExpires: readonly (readonly [id: string, value: string])[] = [
  ['invalid', '0'],
  ['invalid-1-digit-hour', 'Thu, 18 Aug 2050 2:01:18 GMT'],
  ['invalid-2-digit-year', 'Thu, 18 Aug 50 02:01:18 GMT'],
  ['invalid-aest', 'Thu, 18 Aug 2050 02:01:18 AEST'],
  ['invalid-date', 'foo'],
  ['invalid-date-dashes', 'Thu, 18-Aug-2050 02:01:18 GMT'],
  ['invalid-multiple-spaces', 'Thu, 18  Aug  2050 02:01:18 GMT'],
  ['invalid-no-comma', 'Thu 18 Aug 2050 02:01:18 GMT'],
  ['invalid-time-periods', 'Thu, 18 Aug 2050 02.01.18 GMT'],
  ['invalid-utc', 'Thu, 18 Aug 2050 02:01:18 UTC'],
]

export const freshness: CaseGroup = {
  title: 'Freshness lifetime',
  section: 'RFC 9111 §4.2.1, §5.2.2.1, §5.2.2.10',
  cases: [
    fresh('freshness-max-age', 'a response with max-age', cc('max-age=3600')),
    required(
      'freshness-max-age-stale',
      'does not reuse a response past its max-age',
      { response: [cc('max-age=2')] },
      { after: 3, expect: 'not-cached' },
    ),
    stale('freshness-max-age-0', 'a response with max-age=0', cc('max-age=0')),
    fresh('freshness-max-age-max-minus-1', 'a response with max-age=2147483647', cc('max-age=2147483647')),
    fresh('freshness-max-age-max', 'a response with max-age=2147483648', cc('max-age=2147483648')),
    fresh('freshness-max-age-max-plus-1', 'a response with max-age=2147483649', cc('max-age=2147483649')),
    fresh('freshness-max-age-max-plus', 'a response with max-age=99999999999', cc('max-age=99999999999')),
    stale('freshness-max-age-negative', 'a response with max-age=-3600', cc('max-age=-3600')),
    stale('freshness-max-age-a100', 'a response with max-age=a100', cc('max-age=a100')),
    stale('freshness-max-age-100a', 'a response with max-age=100a', cc('max-age=100a')),
    stale('freshness-max-age-decimal-zero', 'a response with max-age=0.0', cc('max-age=0.0')),
    stale('freshness-max-age-single-quoted', "a response with max-age='3600'", cc("max-age='3600'")),
    stale('freshness-max-age-space-before-equals', 'a response with a space before =', cc('max-age =100')),
    stale('freshness-max-age-space-after-equals', 'a response with a space after =', cc('max-age= 100')),
    fresh('freshness-max-age-leading-zero', 'a response with max-age=003600', cc('max-age=003600')),
    fresh('freshness-max-age-quoted', 'a response with a quoted max-age', cc('max-age="3600"')),
    fresh('freshness-max-age-case-insensitive', 'a response with MaX-aGe', cc('MaX-aGe=3600')),
    fresh('freshness-max-age-extension', 'a response with max-age behind an extension', cc('foobar, max-age=3600')),
    fresh(
      'freshness-max-age-ignore-quoted',
      'a response with max-age in the string of an extension',
      cc('extension="max-age=1", max-age=3600'),
    ),
    stale(
      'freshness-max-age-ignore-quoted-rev',
      'what only an extension calls fresh',
      cc('max-age=0, extension="max-age=3600"'),
    ),
    fresh(
      'freshness-max-age-expires',
      'a response by max-age against Expires in the past',
      cc('max-age=3600'),
      'Expires: @-7200',
    ),
    stale(
      'freshness-max-age-0-expires',
      'a response with max-age=0 against Expires in the future',
      cc('max-age=0'),
      'Expires: @+3600',
    ),
    stale('freshness-max-age-age', 'a response whose Age is past its max-age', cc('max-age=3600'), 'Age: 7200'),
    stale('freshness-max-age-date', 'a response whose Date is past its max-age', cc('max-age=3600'), 'Date: @-7200'),
    fresh(
      'freshness-max-age-future-date',
      'a response whose Date is ahead of our clock',
      cc('max-age=3600'),
      'Date: @+7200',
    ),
    fresh('freshness-s-maxage-shared', 'a response with s-maxage', cc('s-maxage=3600')),
    fresh(
      'freshness-max-age-s-maxage-shared-longer',
      'a response by the longer s-maxage',
      cc('max-age=0, s-maxage=3600'),
    ),
    fresh(
      'freshness-max-age-s-maxage-shared-longer-reversed',
      'the same in the other order',
      cc('s-maxage=3600, max-age=0'),
    ),
    fresh(
      'freshness-max-age-s-maxage-shared-longer-multiple',
      'the same on two lines',
      cc('max-age=0'),
      cc('s-maxage=3600'),
    ),
    stale(
      'freshness-max-age-s-maxage-shared-shorter',
      'a response by max-age against s-maxage=0',
      cc('max-age=3600, s-maxage=0'),
    ),
    stale(
      'freshness-max-age-s-maxage-shared-shorter-expires',
      'a response by Expires against s-maxage=0',
      cc('s-maxage=0'),
      'Expires: @+3600',
    ),
    stale(
      'freshness-max-age-two-stale-fresh-sameline',
      'a response whose first max-age is 0',
      cc('max-age=0, max-age=1800'),
    ),
    stale('freshness-max-age-two-stale-fresh-sepline', 'the same on two lines', cc('max-age=0'), cc('max-age=1800')),
    fresh(
      'freshness-max-age-two-fresh-stale-sameline',
      'a response by the first max-age',
      cc('max-age=1800, max-age=0'),
    ),
    fresh('freshness-max-age-two-fresh-stale-sepline', 'the same on two lines', cc('max-age=1800'), cc('max-age=0')),
    stale('freshness-none', 'a response without any freshness'),
  ],
}

export const expires: CaseGroup = {
  title: 'Expires',
  section: 'RFC 9111 §5.3, RFC 9110 §5.6.7',
  cases: [
    fresh('freshness-expires-future', 'a response with Expires in the future', 'Expires: @+3600'),
    stale('freshness-expires-past', 'a response with Expires in the past', 'Expires: @-3600'),
    stale('freshness-expires-present', 'a response that expires now', 'Expires: @+0'),
    required(
      'freshness-expires-stale',
      'does not reuse a response past its Expires',
      { response: ['Expires: @+5'] },
      { after: 6, expect: 'not-cached' },
    ),
    stale(
      'freshness-expires-old-date',
      'a response that an old Date makes old',
      'Expires: @+1800',
      'Date: @-3600',
      'Age: 7200',
    ),
    fresh('freshness-expires-far-future', 'a response that expires in 9999', 'Expires: Sun, 21 Nov 9999 04:46:24 GMT'),
    fresh(
      'freshness-expires-32bit',
      'a response that expires beyond 32 bits',
      'Expires: Sun, 21 Nov 2106 04:46:24 GMT',
    ),
    fresh('freshness-expires-rfc850', 'an Expires in the RFC 850 form', 'Expires: Thursday, 18-Aug-50 02:01:18 GMT'),
    fresh('freshness-expires-ansi-c', "an Expires in asctime's form", 'Expires: Thu Aug 18 02:01:18 2050'),
    fresh('freshness-expires-wrong-case-month', 'a month in other case', 'Expires: Thu, 18 AUG 2050 02:01:18 GMT'),
    fresh('freshness-expires-wrong-case-weekday', 'a weekday in other case', 'Expires: THU, 18 Aug 2050 02:01:18 GMT'),
    fresh('freshness-expires-wrong-case-tz', 'GMT in other case', 'Expires: Thu, 18 Aug 2050 02:01:18 gMT'),
    stale(
      'freshness-expires-age-fast-date',
      'a response past its lifetime by Age',
      'Expires: @+10',
      'Age: 25',
      'Date: @-10',
    ),
    fresh('freshness-expires-age-slow-date', 'a response with a Date ahead', 'Expires: @+10', 'Date: @+5', 'Age: 0'),
    stale(
      'freshness-expires-invalid-multiple-lines',
      'a response with two Expires that differ',
      'Expires: @+3600',
      'Expires: 0',
    ),
    ...invalidExpires.map(([id, value]) => stale(`freshness-expires-${id}`, `Expires: ${value}`, `Expires: ${value}`)),
  ],
}

/** `Age` fields and whether what has a lifetime of an hour is past it by them. */
const ages: readonly (readonly [id: string, isOld: boolean, ...lines: string[]])[] = [
  ['age-parse-dup-0', true, 'Age: 7200, 0'],
  ['age-parse-dup-0-twoline', true, 'Age: 7200', 'Age: 0'],
  ['age-parse-dup-old', false, 'Age: 0, 7200'],
  ['age-parse-float', false, 'Age: 7200.0'],
  ['age-parse-large-minus-one', true, 'Age: 2147483647'],
  ['age-parse-large', true, 'Age: 2147483648'],
  ['age-parse-larger', true, 'Age: 2147483649'],
  ['age-parse-negative', false, 'Age: -7200'],
  ['age-parse-nonnumeric', false, 'Age: abc'],
  ['age-parse-numeric-parameter', false, 'Age: 7200;foo=111'],
  ['age-parse-parameter', false, 'Age: 7200;foo=bar'],
  ['age-parse-prefix', false, 'Age: abc7200'],
  ['age-parse-prefix-twoline', false, 'Age: abc', 'Age: 7200'],
  ['age-parse-suffix', true, 'Age: 7200, abc'],
  ['age-parse-suffix-twoline', true, 'Age: 7200', 'Age: abc'],
]

export const age: CaseGroup = {
  title: 'Age',
  section: 'RFC 9111 §5.1, §4.2.3',
  cases: [
    ...ages.map(([id, isOld, ...lines]) =>
      isOld
        ? stale(id, `what ${lines.join(' / ')} makes old`, cc('max-age=3600'), ...lines)
        : fresh(id, `a response with ${lines.join(' / ')}, which does not count`, cc('max-age=3600'), ...lines),
    ),
    required(
      'other-age-gen',
      'generates Age on what it reuses',
      { response: [cc('max-age=3600')] },
      { after: 3, expect: 'cached', expectFields: ['Age: 3'] },
    ),
    required(
      'other-age-update-max-age',
      'adds the time in the cache to the Age that came',
      { response: [cc('max-age=3600'), 'Age: 30'] },
      { after: 3, expect: 'cached', expectFields: ['Age: 33'] },
    ),
    required(
      'other-age-update-expires',
      'the same with Expires',
      { response: ['Expires: @+3600', 'Age: 30'] },
      { after: 3, expect: 'cached', expectFields: ['Age: 33'] },
    ),
    required(
      'other-date-update',
      'does not update Date',
      { response: [cc('max-age=3600'), 'Date: @+0'] },
      { after: 3, expect: 'cached', expectFields: ['Date: @-3'] },
    ),
    required(
      'other-date-update-expires',
      'does not update Date beside Expires',
      { response: ['Expires: @+3600', 'Date: @+0'] },
      { after: 3, expect: 'cached', expectFields: ['Date: @-3'] },
    ),
    required(
      'other-date-update-expires-update',
      'does not update Expires',
      { response: ['Expires: @+30', 'Date: @+0'] },
      { after: 3, expect: 'cached', expectFields: ['Expires: @+27'] },
    ),
  ],
}

import type { Refusal } from '../storing/prepare-storing.ts'

/** Why a response was not stored: what it means, and the change that would make the next request a hit. */
const REFUSALS: Readonly<Record<Refusal, readonly [meaning: string, change: string]>> = {
  rule: [
    'a rule says that it is not stored',
    'take the path out of the rule with `cache: pass`, or put a rule before it',
  ],
  method: ['only responses to GET, and some to POST, are stored', 'ask for it by GET'],
  'request-body': ['the request had a body, which no key knows of', 'send the request without a body'],
  'request-no-store': ['the client sent `Cache-Control: no-store`', 'ask without it'],
  status: [
    'responses with this status are not stored',
    'let the origin answer with 200, 301, 404 or another cacheable status',
  ],
  'must-understand': [
    'the origin sent `must-understand` with a status whose rules are not known',
    'let the origin leave `must-understand` out',
  ],
  'no-store': [
    'the origin sent `Cache-Control: no-store`',
    'let the origin send `Cache-Control: max-age=…` instead for pages that all may see',
  ],
  private: [
    'the origin sent `Cache-Control: private`',
    'let the origin send `public` or nothing of it for pages that all may see',
  ],
  authorization: [
    'the request was authenticated, and the origin did not say that the response is for all',
    'let the origin send `public` or `s-maxage`',
  ],
  'set-cookie': [
    'the response sets a cookie, so it may be one visitor’s own',
    'let the origin set no cookie there, or use a rule with `setCookie: strip`',
  ],
  'vary-star': ['the origin sent `Vary: *`', 'let the origin name the fields that it looks at'],
  'vary-names': ['`Vary` names too many fields', 'let the origin vary by fewer fields'],
  'litespeed-vary': [
    'the origin says by `X-LiteSpeed-Vary` that the page differs by a cookie that the visitor has, or by something that is not known here',
    'name the cookie in `key.cookies` (a page for each value) or in `cookies.pass` (a page for each visitor)',
  ],
  'content-range': [
    'the part that was sent is not one that was asked for',
    'let the origin answer ranges as asked, or with 200',
  ],
  'no-freshness': [
    'it has neither a lifetime nor a validator',
    'let the origin send `Cache-Control: max-age=…` or `Last-Modified`, or set `defaultFreshness`',
  ],
  consent: [
    'the request had cookies or credentials, and the origin did not say how long all may use the response',
    'let the origin send `Cache-Control: max-age=…`, or name the cookies that say nothing in `cookies`; a preset knows those of its system',
  ],
  'close-delimited': ['nothing proves that the body was complete', 'let the origin send `Content-Length` or chunks'],
  'too-large': ['the body is larger than what is stored', 'raise `objectMax`'],
  deception: [
    'a page at the address of a static file, which may be one visitor’s own',
    'let the origin send `public` or `s-maxage`, or answer 404 there; `deceptionGuard: off` for paths that are safe',
  ],
  'too-many-tags': ['it has so many tags that it would miss a purge', 'let the origin send fewer tags'],
}

/** Other words of `Cache-Status` for requests that were no hits. */
const OTHERS: Readonly<Record<string, readonly [meaning: string, change: string]>> = {
  'uri-miss': ['it was not stored', 'ask again: it is stored by the first request, if it may be'],
  'vary-miss': ['it is stored for other values of the fields that it varies by', 'let the origin vary by fewer fields'],
  stale: [
    'it was past its lifetime',
    'a longer `max-age` from the origin, or `freshness`; `refresh` serves it while a new one is fetched',
  ],
  request: ['the client demanded more than what is stored', 'set `obeyRequestDirectives: off`'],
  'no-cache': [
    'the origin wants to be asked every time (`no-cache`)',
    'let the origin send `max-age=…` instead of `no-cache`',
  ],
  invalidated: ['it was invalidated, and is validated with the next request', 'ask again'],
  bypass: ['a rule or the kind of request sends it to the origin', 'see the rule'],
  precondition: [
    'the request has `If-Match` or `If-Unmodified-Since`, which only the origin can judge',
    'ask without it',
  ],
  'not-modified': ['the client had it already', 'nothing: it got what it asked for'],
}

/** What a word of `Cache-Status` means and what would change it; undefined for words of failures, which no setting changes. */
export function adviceFor(word: string): { readonly meaning: string; readonly change: string } | undefined {
  const found = Object.hasOwn(REFUSALS, word)
    ? REFUSALS[word as Refusal]
    : Object.hasOwn(OTHERS, word)
      ? OTHERS[word]
      : undefined
  return found && { meaning: found[0], change: found[1] }
}

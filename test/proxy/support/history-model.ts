/**
 * What a shared cache may serve (RFC 9111), said once more, and shorter than `src/rfc9111` says it, without using it: a record
 * of what the origin said and when, and the question whether a reply may be made of it. Times are seconds; `order` numbers
 * what happens, so that "before" and "after" need no clock.
 */

/** What the header section of a response says about caching. */
export interface Says {
  readonly maxAge: number | undefined
  readonly directives: readonly string[]
}

/** A moment at which the origin was asked and answered. */
export interface Asked {
  readonly sentOrder: number
  readonly order: number
  readonly at: number
}

/** A response with content. `number` is in its field `X-Number`. */
export interface Given extends Says, Asked {
  readonly number: number
  readonly target: string
  /** undefined: it does not vary. */
  readonly language: string | undefined
  readonly etag: string | undefined
  readonly status: number
  readonly body: string
  readonly setsCookie: boolean
  readonly requestHadCookies: boolean
  readonly requestHadAuthorization: boolean
}

/** A reply of the proxy that carries the number of a response. */
export interface Served {
  readonly id: string
  readonly target: string
  readonly language: string
  readonly authorization: boolean
  /** When the request was made, and when the reply came. */
  readonly order: number
  readonly madeAt: number
  readonly at: number
}

/** A 304 to a validation, or the 200 to a HEAD: it is about the responses with its entity tag and length. */
export interface Confirmation extends Says, Asked {
  readonly id: string
  readonly target: string
  /** undefined: it has none, and is about all of its length. */
  readonly etag: string | undefined
  /** undefined: a 304, which has none. */
  readonly length: number | undefined
}

const GRACE_SECONDS = 6 * 3600
const SERVER_ERROR_SECONDS_MAX = 10
/** A failing origin is not asked again for a second. */
const FAILURE_REMEMBERED_SECONDS = 1

export class HistoryModel {
  #order = 0
  readonly #given = new Map<number, Given>()
  readonly #givenFor = new Map<string, Set<number>>()
  readonly #confirmed: Confirmation[] = []
  readonly #invalidated: { readonly target: string; readonly order: number }[] = []
  readonly #failures: { readonly target: string; readonly at: number }[] = []

  next(): number {
    return ++this.#order
  }

  response(number: number): Given | undefined {
    return this.#given.get(number)
  }

  gives(id: string, given: Given): void {
    this.#given.set(given.number, given)
    this.#givenFor.set(id, (this.#givenFor.get(id) ?? new Set()).add(given.number))
  }

  confirms(confirmation: Confirmation): void {
    this.#confirmed.push(confirmation)
  }

  invalidates(target: string): void {
    this.#invalidated.push({ target, order: this.next() })
  }

  fails(target: string, at: number): void {
    this.#failures.push({ target, at })
  }

  /** @returns why this reply must not be made of that response; undefined when it may */
  forbids(number: number, served: Served): string | undefined {
    const given = this.#given.get(number)
    if (given === undefined) return 'no origin gave it'
    if (given.target !== served.target) return 'it is of another target'
    if (given.language !== undefined && given.language !== served.language) return 'another variant (§4.1)'
    if (this.#givenFor.get(served.id)?.has(number)) return undefined
    const confirmations = this.#confirmed.filter((by) => isAbout(by, given))
    if (confirmations.some(({ id }) => id === served.id)) return undefined
    // A cache SHOULD learn from HEAD (§4.3.5), and so may not.
    const asValidated = confirmations.filter(({ length }) => length === undefined)
    const strict = this.#forbidsReuse(given, this.#lastWord(given, asValidated), served)
    if (strict === undefined) return forbidsStoring(given)
    return forbidsStoring(given) ?? (this.#forbidsReuse(given, this.#lastWord(given, confirmations), served) && strict)
  }

  #forbidsReuse(given: Given, now: Says & Asked, served: Served): string | undefined {
    const has = (directive: string): boolean => now.directives.includes(directive)
    if (has('no-store') || has('private')) return 'a 304 took back the leave to store it'
    if (served.authorization && !has('public') && !has('must-revalidate')) return 'not for those who authenticate'
    if (this.#isInvalidated(given.target, now.sentOrder, served.order)) return 'it was invalidated (§4.4)'
    if (has('no-cache')) return 'no-cache, and the origin was not asked (§5.2.2.4)'
    return this.#forbidsStale(given, now, served)
  }

  #forbidsStale(given: Given, now: Says & Asked, served: Served): string | undefined {
    const has = (directive: string): boolean => now.directives.includes(directive)
    const lifetime = Math.min(
      now.maxAge ?? 0,
      given.status >= 500 ? SERVER_ERROR_SECONDS_MAX : Number.POSITIVE_INFINITY,
    )
    const staleness = served.at - now.at - lifetime
    if (staleness < 0) return undefined
    if (has('must-revalidate')) return 'stale, and must-revalidate (§5.2.2.2)'
    if (has('stale-while-revalidate=30') && staleness <= 30) return undefined
    if (!this.#hasFailed(given.target, served)) return `stale for ${staleness} s while the origin is well (§4.2.4)`
    if (given.status >= 500) return 'a stale error'
    const window = has('stale-if-error=60') ? 60 : GRACE_SECONDS
    return staleness <= window ? undefined : `stale for ${staleness} s, past its grace of ${window} s`
  }

  /** The newest thing that the origin said of a response: itself, or a 304 with its entity tag, which changes what it names. */
  #lastWord(given: Given, confirmations: readonly Confirmation[]): Says & Asked {
    let last: Says & Asked = given
    for (const by of confirmations) {
      if (by.order < given.order || this.#isInvalidated(given.target, by.sentOrder, by.order)) continue
      const saysNothing = by.maxAge === undefined && by.directives.length === 0
      last = saysNothing ? { ...by, maxAge: last.maxAge, directives: last.directives } : by
    }
    return last
  }

  #isInvalidated(target: string, afterOrder: number, beforeOrder: number): boolean {
    return this.#invalidated.some((one) => one.target === target && one.order > afterOrder && one.order < beforeOrder)
  }

  #hasFailed(target: string, { madeAt }: Served): boolean {
    return this.#failures.some((one) => one.target === target && one.at > madeAt - FAILURE_REMEMBERED_SECONDS)
  }
}

/** What may be given to nobody but who asked for it: RFC 9111 §3, §3.5, §7.3, and where nobody consented to sharing. */
function forbidsStoring({ directives, ...given }: Given): string | undefined {
  const has = (directive: string): boolean => directives.includes(directive)
  if (has('no-store')) return 'no-store (§5.2.2.5)'
  if (has('private')) return 'private (§5.2.2.7)'
  if (given.setsCookie) return 'it sets a cookie (§7.3)'
  if (given.status === 400) return "an error of one client's making"
  if (given.requestHadAuthorization && !has('public') && !has('must-revalidate')) return 'for Authorization (§3.5)'
  const hadCredentials = given.requestHadCookies || given.requestHadAuthorization
  return given.maxAge === undefined && hadCredentials ? 'nobody consented to share it' : undefined
}

function isAbout({ target, etag, length }: Confirmation, given: Given): boolean {
  if (target !== given.target || (length !== undefined && length !== given.body.length)) return false
  return etag === undefined ? length !== undefined : etag === given.etag
}

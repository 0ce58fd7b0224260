import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../clock.ts'
import { isLoopback } from '../http/loopback.ts'
import { isSaidByProxies } from '../request/received-fields.ts'
import { AdminError } from './admin-error.ts'

/** What has to be known of a request to admit it. */
export interface AdminRequest {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly peerAddress: string
}

/** Who may do what: `anyone` sees nothing that is worth a token, such as the health of the process. */
export type Admission = 'anyone' | 'token'

/** Wrong tokens from one address within a minute, after which it has to wait for the rest of it. */
const WRONG_MAX = 10
const WRONG_MS = 60_000
const ADDRESSES_MAX = 1_000

/** Decides whether a request is let in. */
export class Access {
  readonly #digest: Buffer | undefined
  readonly #clock: Clock
  readonly #wrong = new Map<string, { count: number; readonly untilMs: number }>()

  /** @param token undefined: whoever is on this machine may do everything */
  constructor(token: string | undefined, clock: Clock) {
    this.#digest = token === undefined ? undefined : digest(token)
    this.#clock = clock
  }

  /** @throws AdminError when it is not let in */
  admit(request: AdminRequest, admission: Admission): void {
    refuseForeignPages(request)
    if (this.#digest === undefined) refuseFromElsewhere(request)
    else if (admission === 'token') this.#checkToken(request, this.#digest)
  }

  #checkToken({ headers, peerAddress }: AdminRequest, expected: Buffer): void {
    const nowMs = this.#clock.now()
    const wrong = this.#wrong.get(peerAddress)
    if (wrong !== undefined && nowMs >= wrong.untilMs) this.#wrong.delete(peerAddress)
    else if (wrong !== undefined && wrong.count >= WRONG_MAX) {
      const seconds = Math.ceil((wrong.untilMs - nowMs) / 1000)
      throw new AdminError(429, 'too many wrong tokens from this address', { 'Retry-After': String(seconds) })
    }
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    // Digests are of one length, and comparing them takes the same time wherever they differ.
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return
    if (given !== undefined) this.#countWrong(peerAddress, nowMs)
    const message = given === undefined ? 'a token is needed: Authorization: Bearer …' : 'the token is wrong'
    throw new AdminError(401, message, { 'WWW-Authenticate': 'Bearer realm="breakwater admin"' })
  }

  #countWrong(address: string, nowMs: number): void {
    const wrong = this.#wrong.get(address)
    if (wrong !== undefined) {
      wrong.count++
      return
    }
    if (this.#wrong.size >= ADDRESSES_MAX) this.#wrong.clear()
    this.#wrong.set(address, { count: 1, untilMs: nowMs + WRONG_MS })
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** A page of another site makes a browser on this machine send what it likes; browsers say where it comes from. */
function refuseForeignPages({ headers }: AdminRequest): void {
  const { host, origin } = headers
  if (host === undefined) throw new AdminError(400, 'a request needs Host')
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    throw new AdminError(403, `requests of pages from ${origin} are not accepted`)
  }
  const site = headers['sec-fetch-site']
  const isNavigation = headers['sec-fetch-mode'] === 'navigate'
  if (!isNavigation && (site === 'cross-site' || site === 'same-site')) {
    throw new AdminError(403, 'requests of pages from another site are not accepted')
  }
}

/**
 * Without a token being on this machine is the right. A name of somebody's domain that resolves to 127.0.0.1 (DNS rebinding)
 * makes a browser here ask for a foreign page, and a proxy here asks for anybody.
 */
function refuseFromElsewhere({ headers, peerAddress }: AdminRequest): void {
  const host = (headers.host ?? '').replace(/:\d{1,5}$/, '')
  if (!isLoopback(host.toLowerCase())) {
    throw new AdminError(403, `Host is "${host}": without a token only names of this machine are accepted`)
  }
  // For one that passes requests on the whole world comes from its own address.
  const isPassedOn = Object.keys(headers).some(isSaidByProxies)
  if (isPassedOn || !isLoopback(peerAddress)) {
    throw new AdminError(403, 'a request from elsewhere needs a token: set one by admin.token')
  }
}

/** Refuses what a form of any page can send without asking. @throws AdminError for a body that is not said to be JSON */
export function refuseForms({ headers }: AdminRequest): void {
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new AdminError(415, 'the body has to be JSON: Content-Type: application/json')
  }
}

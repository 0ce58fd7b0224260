import { createHmac } from 'node:crypto'
import { combinedValue, hasField, lowerName, type RawFields } from '../../http/fields.ts'
import type { OriginRequest } from '../origin-client.ts'
import type { Candidate } from './candidate.ts'
import { cookieValue } from './request-key.ts'

export interface StickySettings {
  /** The name of the cookie. */
  readonly cookie: string
  /** Signs it. The same on all boxes in front of the same members. */
  readonly secret: string
  /** The cookie is for https only. */
  readonly secure: boolean
}

/**
 * Keeps a visitor on the member where a session began, by a cookie. Its value is the signature of the member's name: it
 * cannot be made up, tells nobody what members there are, and what is unknown (a member that is gone, an old secret) counts
 * as absent.
 */
export class Stickiness<C extends Candidate> {
  readonly #settings: StickySettings
  readonly #tokens = new Map<string, string>()

  constructor(settings: StickySettings) {
    this.#settings = settings
  }

  /** The one of these members that the visitor's cookie names. */
  memberOf(request: OriginRequest, members: readonly C[]): C | undefined {
    const value = cookieValue(request.fields, this.#settings.cookie)
    return value === undefined ? undefined : members.find(({ name }) => this.#token(name) === value)
  }

  /** The request without our cookie: it is between the visitor and this proxy. */
  withoutCookie(request: OriginRequest): OriginRequest {
    if (cookieValue(request.fields, this.#settings.cookie) === undefined) return request
    return { ...request, fields: withoutPair(request.fields, this.#settings.cookie) }
  }

  /**
   * The fields of a response, with our cookie where a session begins or goes on: the member sets a cookie of its own, or says
   * that the response is for this visitor alone. On any other response the cookie would keep it out of the cache, or would
   * be stored and send everybody to one member.
   */
  withCookie(fields: RawFields, request: OriginRequest, name: string): RawFields {
    const token = this.#token(name)
    if (!isPersonal(fields) || cookieValue(request.fields, this.#settings.cookie) === token) return fields
    const { cookie, secure } = this.#settings
    return [...fields, 'Set-Cookie', `${cookie}=${token}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`]
  }

  #token(name: string): string {
    let token = this.#tokens.get(name)
    if (token === undefined) {
      token = createHmac('sha256', this.#settings.secret).update(`member:${name}`).digest('base64url').slice(0, 24)
      this.#tokens.set(name, token)
    }
    return token
  }
}

function isPersonal(fields: RawFields): boolean {
  if (hasField(fields, 'set-cookie')) return true
  return /(?:^|[,\s])(?:private|no-store)(?:[,\s]|$)/i.test(combinedValue(fields, 'cache-control') ?? '')
}

function withoutPair(fields: RawFields, name: string): RawFields {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    if (lowerName(fields[i]!) !== 'cookie') {
      kept.push(fields[i]!, fields[i + 1]!)
      continue
    }
    const pairs = fields[i + 1]!.split(';').filter((pair) => pair.split('=', 1)[0]!.trim() !== name)
    const value = pairs.join(';').trim()
    if (value !== '') kept.push(fields[i]!, value)
  }
  return kept
}

import { createHmac } from 'node:crypto'
import { combinedValue, hasField, type RawFields } from '../../http/fields.ts'
import type { OriginRequest, OriginResponse } from '../origin-client.ts'
import type { Candidate } from './candidate.ts'

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
    const value = this.#valueOf(request)
    return value === undefined ? undefined : members.find(({ name }) => this.#token(name) === value)
  }

  /**
   * The cookie to be set beside the response of a member, where a session begins or goes on: the member sets a cookie of its
   * own, or says that the response is for this visitor alone. On any other response it would keep the next cache from storing it.
   */
  cookieFor(request: OriginRequest, { fields, origin }: Pick<OriginResponse, 'fields' | 'origin'>): string | undefined {
    const token = this.#token(origin)
    if (!isPersonal(fields) || this.#valueOf(request) === token) return undefined
    const { cookie, secure } = this.#settings
    return `${cookie}=${token}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  }

  #valueOf({ ownCookies = [] }: OriginRequest): string | undefined {
    for (let i = 0; i < ownCookies.length; i += 2) if (ownCookies[i] === this.#settings.cookie) return ownCookies[i + 1]
    return undefined
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

import { randomUUID } from 'node:crypto'

/** What the demo site knows of one visitor. */
export interface Session {
  readonly id: string
  readonly cart: Map<string, number>
  name: string | undefined
}

const sessionsMax = 1000
const cookieName = 'harbour_session'

/** Visitors by the cookie they were given; the oldest are forgotten. */
export class Sessions {
  readonly #sessions = new Map<string, Session>()

  /** @param cookieField the request's Cookie field */
  find(cookieField: string | undefined): Session | undefined {
    const pair = cookieField?.split(/;\s*/).find((cookie) => cookie.startsWith(`${cookieName}=`))
    return pair === undefined ? undefined : this.#sessions.get(pair.slice(cookieName.length + 1))
  }

  start(): Session {
    const session: Session = { id: randomUUID(), cart: new Map(), name: undefined }
    this.#sessions.set(session.id, session)
    if (this.#sessions.size > sessionsMax) this.#sessions.delete(this.#sessions.keys().next().value!)
    return session
  }

  end(session: Session): void {
    this.#sessions.delete(session.id)
  }

  /** The Set-Cookie field that makes a visitor known, or forgotten again. */
  static cookie(session: Session | undefined): string {
    const attributes = 'Path=/; HttpOnly; SameSite=Lax'
    return session === undefined
      ? `${cookieName}=; Max-Age=0; ${attributes}`
      : `${cookieName}=${session.id}; ${attributes}`
  }
}

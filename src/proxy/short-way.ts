import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import { FIRST_ATTEMPT } from './attempt.ts'
import type { Core } from './core.ts'
import type { Fetch } from './fetch-for-cache.ts'
import { internalError, serveFromCache, withoutOwnCookies } from './handle-request.ts'

/** Gets the answer in the turn in which it is known: no promise lies between. Called once. */
export type Respond = (answer: ProxyResponse) => void

/** What is known of a plain request before it is made: nothing that is stored answers it. */
export interface ShortWay {
  /** Sends it. It calls back, perhaps before it returns, and never throws. */
  send(request: ProxyRequest, respond: Respond): void
}

const MISS: Fetch['found'] = { kind: 'miss', reason: 'uri-miss' }

/** Of a page of which nothing is stored. */
export function fetchOfMissing(core: Core, request: ProxyRequest, plan: Plan): Fetch {
  return { core, request, plan, found: MISS, attempt: FIRST_ATTEMPT, again: serveFromCache }
}

/** Its answer, or what fails in its place. */
export abstract class Answering implements ShortWay {
  protected readonly core: Core
  protected readonly plan: Plan
  #respond: Respond | undefined
  #received: ProxyRequest | undefined

  constructor(core: Core, plan: Plan) {
    this.core = core
    this.plan = plan
  }

  send(received: ProxyRequest, respond: Respond): void {
    this.#received = received
    this.#respond = respond
    try {
      this.ask(withoutOwnCookies(this.core, received))
    } catch (cause) {
      this.#fail(cause)
    }
  }

  /** Sends the upstream request. */
  protected abstract ask(request: ProxyRequest): void

  /** Answers with what comes of `act`; a throw in it is a defect, and answered as such. */
  protected answer(act: () => ProxyResponse | Promise<ProxyResponse>): void {
    let answer: ReturnType<typeof act>
    try {
      answer = act()
    } catch (cause) {
      return this.#fail(cause)
    }
    if (!(answer instanceof Promise)) return this.#give(answer)
    answer.then(
      (made) => this.#give(made),
      (cause) => this.#fail(cause),
    )
  }

  /** Once: a second answer would be taken for that to the client's next request. */
  #give(answer: ProxyResponse): void {
    const respond = this.#respond
    this.#respond = undefined
    respond?.(answer)
  }

  #fail(cause: unknown): void {
    if (this.#respond === undefined) return this.core.onFault(cause)
    this.#give(internalError(this.core, this.#received!, cause))
  }
}

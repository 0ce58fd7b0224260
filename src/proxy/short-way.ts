import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import type { AnswerTemplate } from '../respond/answer-template.ts'
import { FIRST_ATTEMPT } from './attempt.ts'
import type { Core } from './core.ts'
import type { Fetch } from './fetch-for-cache.ts'
import { internalError, serveFromCache, withoutOwnCookies } from './handle-request.ts'

/** A request of a lane, made when somebody wants it. */
export interface ReceivedRequest {
  /** The same object each time. */
  whole(): ProxyRequest
  /**
   * Takes the answer in the turn in which it is known: no promise lies between. Called once.
   *
   * @param template what would make the same of a response that is like this one, once it knows how the lane writes it
   */
  respond(answer: ProxyResponse, template?: AnswerTemplate): void
}

/** What is known of a plain request before it is made: nothing that is stored answers it. */
export interface ShortWay {
  /** Sends it, and has it answered, perhaps before this returns. Never throws. */
  send(request: ReceivedRequest): void
}

/** Makes a template for what is like this answer, where there is something to be spared. */
type TemplateOf = (answer: ProxyResponse) => AnswerTemplate | undefined

const MISS: Fetch['found'] = { kind: 'miss', reason: 'uri-miss' }

/** Of a page of which nothing is stored. */
export function fetchOfMissing(core: Core, request: ProxyRequest, plan: Plan): Fetch {
  return { core, request, plan, found: MISS, attempt: FIRST_ATTEMPT, again: serveFromCache }
}

/** Its answer, or what fails in its place. */
export abstract class Answering implements ShortWay {
  protected readonly core: Core
  protected readonly plan: Plan
  #received: ReceivedRequest | undefined
  #isAnswered = false

  constructor(core: Core, plan: Plan) {
    this.core = core
    this.plan = plan
  }

  send(received: ReceivedRequest): void {
    this.#received = received
    try {
      this.ask()
    } catch (cause) {
      this.fail(cause)
    }
  }

  /** The request as the core may look at it. */
  protected received(): ProxyRequest {
    return withoutOwnCookies(this.core, this.#received!.whole())
  }

  /** Sends the upstream request. */
  protected abstract ask(): void

  /** Answers with what comes of `act`; a throw in it is a defect, and answered as such. */
  protected answer(act: () => ProxyResponse | Promise<ProxyResponse>, templateOf?: TemplateOf): void {
    let answer: ReturnType<typeof act>
    try {
      answer = act()
    } catch (cause) {
      return this.fail(cause)
    }
    if (!(answer instanceof Promise)) return this.#give(answer, templateOf?.(answer))
    answer.then(
      (made) => this.#give(made),
      (cause) => this.fail(cause),
    )
  }

  /** Once: a second answer would be taken for that to the client's next request. */
  #give(answer: ProxyResponse, template?: AnswerTemplate): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#received!.respond(answer, template)
  }

  /** A throw is a defect, and answered as such. */
  protected fail(cause: unknown): void {
    if (this.#isAnswered) return this.core.onFault(cause)
    this.#give(internalError(this.core, this.#received!.whole(), cause))
  }
}

import { collected } from '../forward/collect.ts'
import type { BodySource } from '../http/body.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { prepareStoring } from '../storing/prepare-storing.ts'
import type { Core } from './core.ts'
import { keepStored } from './keep-stored.ts'

/** The response to a POST as it goes on: its body is collected beside the client where it is stored. */
export interface Passed {
  readonly body: BodySource | undefined
  readonly stored: boolean
}

/**
 * Stores responses to POST that the origin declares to be what a later GET would get (RFC 9110 §9.3.3, RFC 9111 §3): with
 * explicit freshness and a `Content-Location` that is the target.
 */
export class StorePassed {
  readonly #core: Core
  readonly #request: ProxyRequest
  /** How the GET would be planned: what a rule passes is not stored this way either. */
  readonly #plan: Plan | undefined
  #unwatch: () => void = () => {}
  #doomed = false

  /** Made when the request is sent: what is invalidated from then on may be newer than the response. */
  constructor(core: Core, request: ProxyRequest) {
    this.#core = core
    this.#request = request
    const plan = request.method === 'POST' ? core.plan({ ...request, method: 'GET', body: undefined }) : undefined
    this.#plan = plan?.kind === 'cache' ? plan : undefined
    this.watch()
  }

  /** From here on what others invalidate concerns the response. */
  watch(): void {
    if (this.#plan === undefined) return
    this.#unwatch = this.#core.flights.watch(this.#plan.key, {
      doom: () => {
        this.#doomed = true
      },
    })
  }

  /** There is a response, or none: now the request itself invalidates, which is not to hit its own response. */
  unwatch(): void {
    this.#unwatch()
  }

  take(response: OriginResponse): Passed {
    this.#unwatch()
    const passed = { body: response.body, stored: false }
    const plan = this.#plan
    if (plan === undefined || this.#doomed || response.body === undefined) return passed
    const core = this.#core
    const policy = plan.forResponse(response.status, response.fields)
    const storeBytesMax = core.settings.objectBytesMax
    const prepared = prepareStoring({
      request: this.#request,
      response,
      policy,
      cookies: plan.cookies,
      bodyBytesMax: storeBytesMax,
    })
    if (prepared.kind === 'refused') return passed
    core.lookup.rememberVary(plan.key, prepared.varyNames)
    const options = {
      clock: core.clock,
      storeBytesMax,
      keep: (whole: Buffer) => {
        const stored = prepared.build(whole)
        if (stored !== undefined) keepStored(core, plan, stored)
      },
      watch: (work: { doom(): void }) => core.flights.watch(plan.key, work),
    }
    return { body: collected(response.body, options), stored: true }
  }
}

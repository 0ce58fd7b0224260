import type { ProxyRequest } from '../request/proxy-request.ts'
import { FIRST_ATTEMPT } from './attempt.ts'
import { type Fetch, fetchAtOnce } from './fetch-for-cache.ts'
import { serveFromCache } from './handle-request.ts'
import { plannedRequest } from './planned-request.ts'
import { Answering } from './short-way.ts'

const MISS: Fetch['found'] = { kind: 'miss', reason: 'uri-miss' }

/** Nothing is stored under its key: it is fetched, with others who ask for the same. */
export class MissAtOnce extends Answering {
  protected override ask(received: ProxyRequest): void {
    const { core, plan } = this
    const request = plannedRequest(received, plan)
    const fetch = { core, request, plan, found: MISS, attempt: FIRST_ATTEMPT, again: serveFromCache }
    fetchAtOnce(fetch, (settle) => this.answer(settle))
  }
}

import type { ProxyRequest } from '../request/proxy-request.ts'
import { fetchAtOnce } from './fetch-for-cache.ts'
import { plannedRequest } from './planned-request.ts'
import { Answering, fetchOfMissing } from './short-way.ts'

/** Nothing is stored under its key: it is fetched, with others who ask for the same. */
export class MissAtOnce extends Answering {
  protected override ask(received: ProxyRequest): void {
    const { core, plan } = this
    fetchAtOnce(fetchOfMissing(core, plannedRequest(received, plan), plan), (settle) => this.answer(settle))
  }
}

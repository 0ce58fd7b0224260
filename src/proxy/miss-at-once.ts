import { fetchAtOnce } from './fetch-for-cache.ts'
import { plannedRequest } from './planned-request.ts'
import { Answering, fetchOfMissing } from './short-way.ts'

/** Nothing is stored under its key: it is fetched, with others who ask for the same. */
export class MissAtOnce extends Answering {
  protected override ask(): void {
    const { core, plan } = this
    const received = this.received()
    fetchAtOnce(fetchOfMissing(core, plannedRequest(received, plan), plan), (settle) => this.answer(settle))
  }
}

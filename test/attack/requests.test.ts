import { after, before, beforeEach, describe, it } from 'node:test'
import { upstreamForwardingFields } from '../../src/request/forwarding.ts'
import type { ProxyRequest } from '../../src/request/proxy-request.ts'
import type { ProxyResponse } from '../../src/request/proxy-response.ts'
import { answer, type ScriptedLane, startLane } from '../listener/scripted-lane.ts'
import type { SeenRequest } from './request-case.ts'
import { requestCases } from './request-cases.ts'
import { runRequestCase } from './run-request-case.ts'

describe('requests of the attack corpus, at the full lane', () => {
  let lane: ScriptedLane
  const seen: SeenRequest[] = []

  before(async () => {
    lane = await startLane((request) => forward(request, seen))
  })
  beforeEach(() => {
    seen.length = 0
  })
  after(() => lane.stop())

  for (const attack of requestCases) {
    it(`${attack.id} ${attack.what}`, () => runRequestCase(attack, { port: lane.port, originSeen: () => seen }))
  }
})

/** Stands in for the core and an origin: notes what would be sent, once all of it is there. */
function forward(request: ProxyRequest, seen: SeenRequest[]): ProxyResponse | Promise<ProxyResponse> {
  const forwarding = upstreamForwardingFields(request, { pseudonym: 'breakwater', sendForwarded: true })
  const { method, target, authority, body } = request
  const fields = ['Host', authority, ...request.fields, ...forwarding]
  const note = (text: string, complete: boolean): void => {
    seen.push({ method, target, fields, body: text, complete })
  }
  if (body === undefined) {
    note('', true)
    return answer()
  }
  return new Promise((resolve) => {
    let text = ''
    body.start({
      write(chunk) {
        text += chunk.toString('latin1')
        return true
      },
      end() {
        note(text, true)
        resolve(answer())
      },
      fail(error) {
        note(text, false)
        resolve(answer('bad body', { status: error.status }))
      },
    })
  })
}

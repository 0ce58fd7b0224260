import { after, before, beforeEach, describe, it } from 'node:test'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import type { SeenRequest } from './request-case.ts'
import { requestCases } from './request-cases.ts'
import { runRequestCase } from './run-request-case.ts'

describe('requests of the attack corpus, through the whole program', () => {
  let origin: ScriptedOrigin
  let proxy: RunningBreakwater
  const seen: SeenRequest[] = []

  before(async () => {
    origin = await ScriptedOrigin.start((request) => note(request, seen))
    proxy = await startBreakwater(['--origin', origin.url])
  })
  beforeEach(() => {
    seen.length = 0
  })
  after(async () => {
    await proxy?.stop()
    await origin?.close()
  })

  for (const attack of requestCases) {
    it(`${attack.id} ${attack.what}`, () => runRequestCase(attack, { port: proxy.port, originSeen: () => seen }))
  }
})

/** Notes what really arrived at an origin, by its own strict reading, and answers when all of it is there. */
async function note(request: ScriptedRequest, seen: SeenRequest[]): Promise<void> {
  const { method, target } = request
  const lines = request.head.trimEnd().split('\r\n').slice(1)
  const fields = lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
  try {
    const body = await request.body()
    seen.push({ method, target, fields, body: body.toString('latin1'), complete: true })
    await request.respond({ fields: ['Cache-Control', 'no-store'], body: 'answered' })
  } catch {
    seen.push({ method, target, fields, body: '', complete: false })
  }
}

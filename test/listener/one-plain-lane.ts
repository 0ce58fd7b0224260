import type { TestContext } from 'node:test'
import { type Asked, ScriptedCore } from '../proxy/support/scripted-core.ts'
import { type ClientConnection, openConnection } from '../support/http-client.ts'
import type { LaneOptions } from './scripted-lane.ts'
import { type OneLane, startOneLane } from './two-lanes.ts'

/** The origin of these tests: `/stored…` may be stored, `/large` is, and is large; everything else is not. */
function answerAs(asked: Asked): void {
  const { target, method, body } = asked.request
  const date = ['Date', 'Thu, 01 Jan 2026 00:00:00 GMT']
  if (target === '/large') return asked.respond(200, ['Cache-Control', 'max-age=60', ...date], 'x'.repeat(200_000))
  if (target.startsWith('/stored')) return asked.respond(200, ['Cache-Control', 'max-age=60', ...date], target)
  asked.respond(200, ['Cache-Control', 'no-store'], `${method} ${target} ${body === undefined ? 'no body' : 'body'}`)
}

export async function lane(t: TestContext, options?: LaneOptions): Promise<OneLane> {
  const core = new ScriptedCore()
  core.answer = answerAs
  const started = await startOneLane('plain', core, options)
  t.after(() => started.stop())
  return started
}

export async function connected(t: TestContext, port: number): Promise<ClientConnection> {
  const connection = await openConnection(port)
  connection.socket.on('error', () => {})
  t.after(() => connection.close())
  return connection
}

export const get = (target: string, ...fields: string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Host: h.test', ...fields, '', ''].join('\r\n')

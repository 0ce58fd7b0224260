import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClientConnection, openConnection, type RawResponse } from '../support/http-client.ts'
import type { RequestCase, SeenRequest } from './request-case.ts'

/** What is attacked: a port, and what origins have seen since the case began. */
export interface Attacked {
  readonly port: number
  readonly originSeen: () => readonly SeenRequest[]
}

/** Plays one case and judges what came of it, on the wire and at the origin. */
export async function runRequestCase(attack: RequestCase, { port, originSeen }: Attacked): Promise<void> {
  const connection = await openConnection(port, { patienceMs: 3000 })
  // The proxy may close while we still write: that is one of the right answers.
  connection.socket.on('error', () => {})
  try {
    for (const act of attack.acts) {
      if (act === 'fin') connection.end()
      else if (typeof act === 'string') connection.write(act)
      else await pause(act.pauseMs)
    }
    await judge(attack, connection, originSeen)
  } finally {
    connection.close()
  }
}

async function judge(
  attack: RequestCase,
  connection: ClientConnection,
  originSeen: Attacked['originSeen'],
): Promise<void> {
  if (attack.must === 'pass') {
    const methods = methodsOf(attack)
    for (const [i, status] of (attack.statuses ?? []).entries()) {
      const response = await connection.readResponse(methods[i] ?? 'GET')
      assert.deepEqual([response.status, response.cut], [status, false], `response ${i + 1}: ${response.text}`)
    }
    return judgeSeen(attack, originSeen())
  }
  const first = await firstResponse(connection)
  const isAnswered = first !== undefined && first.status < 400
  if (attack.must === 'either' && isAnswered) return judgeSeen(attack, originSeen())
  if (first !== undefined) assertRefusal(attack, first)
  await connection.reader.end()
  assert.equal(connection.reader.buffered.toString('latin1'), '', 'nothing follows a refusal')
  assert.deepEqual(
    originSeen().filter((request) => request.complete),
    [],
    'nothing complete reaches the origin',
  )
}

function judgeSeen(attack: RequestCase, seen: readonly SeenRequest[]): void {
  assert.equal(seen.length, attack.seen ?? 1, `the origin saw ${JSON.stringify(seen.map((request) => request.target))}`)
  for (const request of seen) {
    assert.ok(!request.target.includes('SMUG'), 'a body was taken for a request')
    assert.ok(attack.check?.(request) ?? true, `the origin saw ${JSON.stringify(request)}`)
  }
}

function assertRefusal(attack: RequestCase, response: RawResponse): void {
  const { status } = response
  if (attack.statuses !== undefined) assert.ok(attack.statuses.includes(status), `status ${status}`)
  else assert.ok((status >= 400 && status < 500) || status === 501 || status === 505, `status ${status}`)
  assert.equal(response.cut, false)
}

/** Undefined when the connection ends without any response. */
async function firstResponse(connection: ClientConnection): Promise<RawResponse | undefined> {
  try {
    return await connection.readResponse()
  } catch (error) {
    if (connection.reader.ended) return undefined
    throw error
  }
}

function methodsOf(attack: RequestCase): string[] {
  const text = attack.acts.filter((act) => typeof act === 'string').join('')
  return [...text.matchAll(/([A-Z]+) [^ ]+ HTTP\/1/g)].map((match) => match[1]!)
}

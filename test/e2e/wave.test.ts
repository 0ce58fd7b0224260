import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, openConnection } from '../support/http-client.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

describe('500 clients at once on a cold page that takes a second', () => {
  let origin: ScriptedOrigin
  let proxy: RunningBreakwater
  let answer: (request: ScriptedRequest) => void | Promise<void> = () => {}

  before(async () => {
    origin = await ScriptedOrigin.start((request) => answer(request))
    proxy = await startBreakwater(['--origin', `http://127.0.0.1:${origin.port}`])
  })

  after(async () => {
    await proxy?.stop()
    await origin?.close()
  })

  it('cost the origin one request, and every client gets the page', async () => {
    answer = async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      request.respond({ fields: ['Cache-Control', 'max-age=60'], body: 'the story' })
    }
    const before = origin.requests.length
    const responses = await Promise.all(Array.from({ length: 500 }, () => fetchRaw(proxy.port, { target: '/story' })))
    assert.ok(responses.every((response) => response.status === 200 && response.body.toString() === 'the story'))
    assert.equal(origin.requests.length - before, 1)
    const collapsed = responses.filter((r) => firstValue(r.fields, 'cache-status')?.includes('collapsed'))
    assert.ok(collapsed.length > 400, `${collapsed.length} collapsed`)
  })

  it('followers read the first bytes while the leader is still downloading', async () => {
    const asked = Promise.withResolvers<ScriptedRequest>()
    answer = (request) => asked.resolve(request)
    const leader = await openConnection(proxy.port)
    const follower = await openConnection(proxy.port)
    leader.write({ target: '/download' })
    const request = await asked.promise
    follower.write({ target: '/download' })
    await request.connection.send(
      'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n',
    )
    for (const client of [leader, follower]) {
      assert.equal((await client.readHead()).status, 200)
      assert.match((await client.reader.line()) ?? '', /^5$/)
    }
    await request.connection.send('0\r\n\r\n')
    leader.close()
    follower.close()
  })
})

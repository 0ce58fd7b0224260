import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HEADS_MAX, KnownHeads } from '../../src/listener/plain-lane/known-heads.ts'
import { ScriptedCore } from '../proxy/support/scripted-core.ts'
import { type ClientConnection, openConnection } from '../support/http-client.ts'
import { startOneLane } from './two-lanes.ts'

describe('known heads', () => {
  it('are so many and no more: who has had one for longest loses it', () => {
    const heads = new KnownHeads()
    const owners = Array.from({ length: HEADS_MAX + 1 }, () => ({}))
    const lent = owners.map((owner) => heads.lend(owner))
    assert.equal(new Set(lent).size, HEADS_MAX)
    assert.deepEqual([lent[0]!.owner === owners[0], lent[0]!.owner === owners[HEADS_MAX]], [false, true])
    assert.ok(lent.slice(1, HEADS_MAX).every((head, i) => head.owner === owners[i + 1]))
  })

  it('are never those of another connection, also where there are more connections than heads', async (t) => {
    const core = new ScriptedCore()
    core.answer = (asked) => {
      const fields = asked.request.target === '/own' ? ['Cache-Control', 'no-store'] : ['Cache-Control', 'max-age=60']
      asked.respond(200, [...fields, 'Vary', 'Accept-Language'], asked.field('accept-language'))
    }
    const count = HEADS_MAX + 100
    const lane = await startOneLane('plain', core, {
      limits: { connectionsMax: 2 * count, connectionsPerAddressMax: 2 * count },
    })
    const connections = await Promise.all(Array.from({ length: count }, () => openConnection(lane.port)))
    t.after(async () => {
      for (const connection of connections) connection.close()
      await lane.stop()
    })
    const ask = async (connection: ClientConnection, index: number, target: string): Promise<void> => {
      const { text } = await connection.fetch(`GET ${target} HTTP/1.1\r\nHost: h\r\nAccept-Language: l${index}\r\n\r\n`)
      assert.equal(text, `l${index}`)
    }
    // The last ones of the second round find theirs, the others have lost them.
    for (const target of ['/', '/', '/own']) {
      for (const [index, connection] of connections.entries()) await ask(connection, index % 7, target)
    }
    for (const [index, connection] of connections.entries()) {
      for (const other of [index % 5, index % 5, index % 3]) await ask(connection, other, '/own')
    }
  })
})

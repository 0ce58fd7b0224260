import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HEADS_MAX, KnownHeads } from '../../src/listener/plain-lane/known-heads.ts'
import { ScriptedCore } from '../proxy/support/scripted-core.ts'
import { type ClientConnection, openConnection } from '../support/http-client.ts'
import { startOneLane } from './two-lanes.ts'

describe('known heads', () => {
  it('are one for each connection, so many and no more', () => {
    const heads = new KnownHeads()
    const given = Array.from({ length: HEADS_MAX + 1 }, () => heads.next())
    assert.equal(new Set(given).size, HEADS_MAX)
    assert.equal(given[HEADS_MAX], given[0])
  })

  it('decide nothing for another connection that shares one', async (t) => {
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
    for (const target of ['/', '/', '/own']) {
      for (const [index, connection] of connections.entries()) await ask(connection, index % 7, target)
    }
    for (const [index, connection] of connections.entries()) {
      for (const other of [index % 5, index % 5, index % 3]) await ask(connection, other, '/own')
    }
  })
})

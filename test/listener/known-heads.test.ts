import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestHeadScanner } from '../../src/http1/request-scanner.ts'
import { HEADS_MAX, KnownHeads } from '../../src/listener/plain-lane/known-heads.ts'
import { FIELD } from '../../src/listener/plain-lane/request-fields.ts'
import { HEAD_LIMITS, latin1 } from '../http1/support.ts'
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

  it('are let alone where they do not come again, and found out when they do', () => {
    const known = new KnownHeads().next()
    const scanner = new RequestHeadScanner(HEAD_LIMITS)
    const isKnown = (cookie: number): boolean => {
      const bytes = latin1(`GET / HTTP/1.1\r\nHost: h\r\nCookie: a=${cookie}\r\n\r\n`)
      const result = scanner.read(bytes, 0, bytes.length, known.section)
      assert.ok(result.kind === 'head')
      known.lookThrough(result.head)
      assert.ok(known.fields.has(FIELD.cookie))
      return result.head.lines.known !== undefined
    }
    const lengths = Array.from({ length: 40 }, (_, i) => {
      assert.equal(isKnown(i), false)
      return known.section.length > 0
    })
    const learnt = lengths.flatMap((isLearnt, i) => (isLearnt ? [i] : []))
    assert.deepEqual(learnt, [0, 1, 2, 16, 32])
    const found = Array.from({ length: 20 }, () => isKnown(40))
    assert.deepEqual([found.indexOf(true), found.at(-1)], [9, true])
    assert.equal(isKnown(41), false)
    assert.equal(isKnown(41), true)
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

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { firstValue } from '../../src/http/fields.ts'
import { fetchRaw } from '../support/http-client.ts'
import { connected, get, lane } from './one-plain-lane.ts'

describe('hits that say something of the connection', () => {
  const old = (target: string, ...fields: string[]): string => get(target, ...fields).replace('HTTP/1.1', 'HTTP/1.0')
  const closing: readonly (readonly [what: string, request: string])[] = [
    ['a client that says so', get('/stored', 'Connection: close')],
    ['a client of HTTP/1.0', old('/stored')],
    ['a client of HTTP/1.0 that says so', old('/stored', 'Connection: close')],
  ]
  for (const [what, request] of closing) {
    it(`close it: ${what}; what it sends behind is no request any more`, async (t) => {
      const plain = await lane(t)
      await fetchRaw(plain.port, get('/stored'))
      const connection = await connected(t, plain.port)
      connection.write(get('/stored') + request + get('/miss'))
      const kept = await connection.readResponse('GET')
      const last = await connection.readResponse('GET')
      assert.deepEqual([kept.text, firstValue(kept.fields, 'connection')], ['/stored', undefined])
      assert.deepEqual([last.text, firstValue(last.fields, 'connection')], ['/stored', 'close'])
      assert.ok(await connection.ended())
      assert.deepEqual([plain.core.asked.length, plain.general, plain.handedOver], [1, 0, 0])
    })
  }

  it('keep it for a client of HTTP/1.0 that asks for it, and tell it', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/stored'))
    const connection = await connected(t, plain.port)
    for (let i = 0; i < 3; i++) {
      const { text, fields } = await connection.fetch(old('/stored', 'Connection: Keep-Alive'))
      assert.deepEqual([text, firstValue(fields, 'connection')], ['/stored', 'keep-alive'])
    }
    assert.deepEqual(
      plain.records.slice(1).map(({ version }) => version),
      ['1.0', '1.0', '1.0'],
    )
    assert.deepEqual([plain.general, plain.handedOver], [0, 0])
  })

  it('reach a slow client whole before the connection closes', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/large'))
    const connection = await connected(t, plain.port)
    connection.socket.pause()
    const count = 40
    connection.write(get('/large').repeat(count - 1) + old('/large'))
    await pause(50)
    connection.socket.resume()
    for (let i = 0; i < count; i++) assert.equal((await connection.readResponse('GET')).text.length, 200_000)
    assert.ok(await connection.ended())
    assert.equal(plain.general, 0)
    assert.deepEqual([plain.records.length, plain.records.every(({ complete }) => complete)], [count + 1, true])
  })

  it('are counted with all their bytes', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/stored'))
    for (const request of [
      get('/stored'),
      get('/stored', 'Connection: close'),
      old('/stored', 'Connection: keep-alive'),
    ]) {
      const before = plain.records.length
      const connection = await connected(t, plain.port)
      let received = 0
      connection.socket.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      await connection.fetch(request)
      assert.equal(plain.records[before]!.bytesSent, received)
    }
  })

  it('are no matter of what is not in memory: that is answered by the full lane', async (t) => {
    const plain = await lane(t)
    const connection = await connected(t, plain.port)
    const { text, fields } = await connection.fetch(old('/miss'))
    assert.deepEqual([text, firstValue(fields, 'connection')], ['GET /miss no body', 'close'])
    assert.equal(plain.handedOver, 1)
  })
})

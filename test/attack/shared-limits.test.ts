import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ProxyError } from '../../src/errors.ts'
import { ScriptedCore, scriptedRequest } from '../proxy/support/scripted-core.ts'
import { PushedBody } from '../support/pushed-body.ts'

const FRESH = ['Cache-Control', 'max-age=60']

describe('what many share', () => {
  it('A-CM-03 ends for all who wait when the origin hangs past its time limit, and nobody waits for a second one', async () => {
    const core = new ScriptedCore()
    const replies = Array.from({ length: 100 }, () => core.get('/hangs'))
    await core.askedTimes(1)
    const timedOut = new ProxyError('ORIGIN_TIMEOUT', 'no head', { source: 'origin', status: 504 })
    core.asked[0]!.fail(timedOut)
    for (const reply of await Promise.all(replies)) assert.equal(reply.status, 504)
    assert.equal(core.asked.length, 1)
  })

  it('A-CM-04 of a large body is a window, however slow one reader is', async () => {
    const core = new ScriptedCore({ objectBytesMax: 64 * 1024 })
    const body = new PushedBody()
    const pending = Array.from({ length: 1000 }, () => core.handle(scriptedRequest('/large')))
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, body)
    const responses = await Promise.all(pending)
    const slow = responses[0]!.body
    assert.ok(slow !== undefined && !Buffer.isBuffer(slow))
    let cut = false
    slow.start({ write: () => false, end: () => {}, fail: () => (cut = true) })
    for (const { body: quick } of responses.slice(1)) {
      assert.ok(quick !== undefined && !Buffer.isBuffer(quick))
      quick.start({ write: () => true, end: () => {}, fail: () => assert.fail('a quick reader is cut') })
    }
    const chunk = Buffer.alloc(64 * 1024)
    let heldBytes = 0
    while (!body.held) {
      body.push(chunk)
      heldBytes += chunk.length
    }
    // One window of a mebibyte, and the chunk that was under way.
    assert.ok(heldBytes <= 1024 * 1024 + 2 * chunk.length, `${heldBytes} bytes are held`)
    core.clock.advance(10_000)
    assert.equal(cut, true)
    assert.equal(body.held, false)
  })

  it('A-RG-04 is not the whole of a large file when all want is a byte: the range goes upstream', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(206, ['Content-Range', 'bytes 0-0/1073741824'], 'x')
    for (let i = 0; i < 100; i++) assert.equal((await core.get('/video', ['Range', 'bytes=0-0'])).body, 'x')
    assert.ok(core.asked.every((asked) => asked.field('range') === 'bytes=0-0'))
  })

  it('A-DO-05 is not an error that one client made with a head too large for the origin', async () => {
    const core = new ScriptedCore({ settings: { negativeSeconds: 10 } })
    core.answer = (asked) =>
      asked.field('x-large') === undefined ? asked.respond(200, FRESH, 'well') : asked.respond(400, [], 'too large')
    assert.equal((await core.get('/', ['X-Large', 'a'.repeat(20_000)])).status, 400)
    assert.equal((await core.get('/')).body, 'well')
  })
})

describe('the source', () => {
  const files = globSync('src/**/*.ts', { cwd: join(import.meta.dirname, '../..') })
  const text = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')

  it('A-PR-02 nowhere reads the field objects of node:http, which know names of Object.prototype', () => {
    const offenders = files.filter(
      (file) => file.startsWith('src/listener') && /\.headersDistinct|req(uest)?\.headers\b/.test(text(file)),
    )
    assert.deepEqual(offenders, [])
  })

  it('A-SM-14 has no switch for a lenient parser', () => {
    const offenders = files.filter((file) => /insecureHTTPParser:\s*true|--insecure-http-parser/.test(text(file)))
    assert.deepEqual(offenders, [])
  })
})

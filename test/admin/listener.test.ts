import assert from 'node:assert/strict'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { startBreakwater } from '../support/breakwater.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { get, startWithAdmin } from './running-admin.ts'

const answering = () => ScriptedOrigin.start((request) => request.respond({ body: 'page' }))

describe('the admin listener', () => {
  it('is done without where its port is taken, and takes it when it is free', async () => {
    await using stack = new AsyncDisposableStack()
    const origin = await answering()
    stack.defer(() => origin.close())
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const box = await startBreakwater(['--origin', origin.url, '--admin', `127.0.0.1:${port}`])
    stack.defer(async () => void (await box.stop()))
    assert.match(box.stderr(), /the admin listener cannot be opened/)
    assert.equal((await fetchRaw(box.port, { target: '/' })).status, 200)
    await new Promise((resolve) => other.close(resolve))
    const alive = async (): Promise<boolean> => {
      try {
        return (await get(`http://127.0.0.1:${port}`, '/healthz')).status === 200
      } catch {
        return false
      }
    }
    while (!(await alive())) await new Promise((resolve) => setTimeout(resolve, 50))
  })

  it('A-AD-05 serves its page with a policy that lets it load nothing from elsewhere', async () => {
    await using stack = new AsyncDisposableStack()
    const origin = await answering()
    stack.defer(() => origin.close())
    const box = await startWithAdmin(['--origin', origin.url])
    stack.defer(async () => void (await box.stop()))
    const page = await fetch(box.admin)
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'.*frame-ancestors 'none'/)
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
    assert.equal((await fetch(`${box.admin}/../package.json`)).status, 404)
    assert.equal((await fetch(`${box.admin}/%2e%2e/%2e%2e/package.json`)).status, 404)
  })

  it('A-AD-09 refuses a large body, announced or not', async () => {
    await using stack = new AsyncDisposableStack()
    const origin = await answering()
    stack.defer(() => origin.close())
    const box = await startWithAdmin(['--origin', origin.url])
    stack.defer(async () => void (await box.stop()))
    const send = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const sent = request(`${box.admin}/api/purge`, { method: 'POST', headers }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        sent.on('error', reject)
        sent.write(Buffer.alloc(70_000))
      })
    const json = { 'Content-Type': 'application/json' }
    assert.equal(await send({ ...json, 'Content-Length': '100000000' }), 413)
    assert.equal(await send({ ...json, 'Transfer-Encoding': 'chunked' }), 413)
  })

  it('A-AD-08 shows the configuration without its secrets', async () => {
    await using stack = new AsyncDisposableStack()
    const origin = await answering()
    stack.defer(() => origin.close())
    const config = [
      'tiers: { secret: very-secret-signature }',
      'redis: redis://user:very-secret-password@127.0.0.1:1',
      'admin: { listen: "127.0.0.1:0", token: very-secret-admin-token }',
      'headers: { request: { set: { X-Origin-Key: very-secret-key } } }',
    ].join('\n')
    const box = await startBreakwater(['--origin', origin.url], { config })
    stack.defer(async () => void (await box.stop()))
    const admin = /admin at (http:\S+)/.exec(box.stderr())![1]!
    const response = await fetch(`${admin}/api/configuration`, {
      headers: { Authorization: 'Bearer very-secret-admin-token' },
    })
    const text = await response.text()
    assert.equal(response.status, 200)
    assert.match(text, /\[redacted\]/)
    assert.doesNotMatch(text, /very-secret/)
    assert.equal((await fetch(`${admin}/metrics`)).status, 401)
    assert.equal((await fetch(`${admin}/healthz`)).status, 200)
  })

  it('shows the demo site as the origin where there is no other', async () => {
    const box = await startWithAdmin([])
    const { json } = await get(box.admin, '/api/configuration')
    const { origins } = json as { origins: { url: string; name: string }[] }
    assert.deepEqual(
      origins.map(({ name }) => name),
      ['demo'],
    )
    assert.ok(box.stderr().includes(`serving the demo site at ${origins[0]?.url}\n`))
    await box.stop()
  })

  it('is not ready while it drains', async () => {
    await using stack = new AsyncDisposableStack()
    let finish = (): void => {}
    const asked = Promise.withResolvers<void>()
    const origin = await ScriptedOrigin.start(async (request) => {
      asked.resolve()
      await new Promise<void>((resolve) => (finish = resolve))
      await request.respond({ body: 'late' })
    })
    stack.defer(() => origin.close())
    const box = await startWithAdmin(['--origin', origin.url])
    assert.equal((await get(box.admin, '/readyz')).status, 200)
    const visit = fetchRaw(box.port, { target: '/' })
    await asked.promise
    const stopping = box.stop()
    let status = 200
    while (status === 200) status = (await get(box.admin, '/readyz')).status
    assert.equal(status, 503)
    finish()
    await visit
    await stopping
  })
})

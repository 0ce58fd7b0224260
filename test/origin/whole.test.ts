import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { startBreakwater } from '../support/breakwater.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

function getFrom(url: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/page`, { headers: { host } }, (response) => {
      response.setEncoding('utf8')
      let body = ''
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve(body))
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** The program as a whole, by its configuration file. */
describe('several origins in one file', () => {
  it('serve their sites; a member that dies is left alone, and both changes are in the log', async (t) => {
    const started = await Promise.all(
      ['a', 'b', 'shop'].map((body) =>
        ScriptedOrigin.start((request) => request.respond({ body: `${body} ${request.field('host')}` })),
      ),
    )
    t.after(() => Promise.all(started.map((origin) => origin.close())))
    const [a, b, shop] = started as [ScriptedOrigin, ScriptedOrigin, ScriptedOrigin]
    const breakwater = await startBreakwater([], {
      config: `
cache: pass
origins:
  - { url: "${a.url}", name: a, weight: 3 }
  - { url: "${b.url}", name: b }
balance: { slowStart: 0 }
health: { probe: /health, interval: 100ms, window: 2, good: 1, holdDown: 100ms }
pools:
  - { name: shop, hosts: shop.test, origins: [{ url: "${shop.url}", host: inner.test }] }
`,
    })
    t.after(() => breakwater.stop())
    const get = (host: string): Promise<string> => getFrom(breakwater.url, host)
    const bodies = await Promise.all(Array.from({ length: 40 }, () => get('any.test')))
    assert.equal(bodies.filter((body) => body.startsWith('a ')).length, 30)

    assert.equal(await get('shop.test'), 'shop inner.test')

    await a.stop()
    for (let i = 0; i < 10; i++) assert.match(await get('any.test'), /^b /)
    await a.listen()
    await a.request(a.requests.length + 3)
    while (!(await get('any.test')).startsWith('a ')) {}
    await breakwater.stop()
    const log = breakwater.stderr()
    assert.match(log, /"origin":"a".*an origin is held-down now/)
    assert.match(log, /an origin is up now/)
    assert.ok(log.split('\n').filter((line) => line.includes('an origin is')).length <= 6, log)
  })
})

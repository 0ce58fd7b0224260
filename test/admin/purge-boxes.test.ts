import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Run } from '../cli/support.ts'
import { fetchRaw } from '../support/http-client.ts'
import { startRedis } from '../support/redis.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { post, type RunningAdmin, startWithAdmin } from './running-admin.ts'

interface Report {
  readonly boxes: readonly { readonly name: string; readonly acknowledged: boolean }[]
  readonly complete: boolean
}

describe('a purge by the admin API of one of two boxes with one Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let origin: ScriptedOrigin
  let one: RunningAdmin
  let other: RunningAdmin
  let version = 1

  before(async () => {
    redis = await startRedis()
    origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60'], body: `version ${version}` }),
    )
    const box = async (): Promise<RunningAdmin> => {
      const started = await startWithAdmin(['--origin', origin.url, '--redis', `redis://127.0.0.1:${redis.port}`])
      await started.output(/other boxes: following/)
      return started
    }
    one = await box()
    other = await box()
  })

  after(async () => {
    other?.resume()
    await Promise.all([one?.stop(), other?.stop()])
    await origin?.close()
    await redis?.stop()
  })

  const page = async ({ port }: RunningAdmin): Promise<string> =>
    (await fetchRaw(port, { target: '/page', fields: ['Host', 'site.test'] })).body.toString()

  async function purge(...args: string[]): Promise<{ code: number; stdout: string }> {
    const run = new Run()
    const code = await run.start('purge', ...args, '--admin', one.admin)
    return { code, stdout: run.stdout.text }
  }

  /** The value of a metric of one of them, as Prometheus reads it. */
  async function metric({ admin }: RunningAdmin, name: string): Promise<number | undefined> {
    const text = await (await fetch(`${admin}/metrics`)).text()
    const line = text.split('\n').find((line) => line.startsWith(`breakwater_invalidation${name} `))
    return line === undefined ? undefined : Number(line.split(' ').at(-1))
  }

  const ACKNOWLEDGED = '_acknowledgements_total{from="boxes",result="acknowledged"}'
  const MISSING = '_acknowledgements_total{from="boxes",result="missing"}'

  it('is acknowledged by both, and in force on both', async () => {
    await Promise.all([page(one), page(other)])
    version++
    const { status, json } = await post(one.admin, '/api/purge', {
      orders: [{ url: 'http://site.test/page', hard: true }],
    })
    const { boxes, complete } = json as Report
    assert.equal(status, 200)
    assert.deepEqual(
      boxes.map(({ acknowledged }) => acknowledged),
      [true, true],
    )
    assert.equal(complete, true)
    assert.deepEqual([await page(one), await page(other)], [`version ${version}`, `version ${version}`])
    const values = (box: RunningAdmin) =>
      Promise.all(
        ['s_total', ACKNOWLEDGED, MISSING, '_log_published_total', '_log_heard_total', '_log_unsent'].map((name) =>
          metric(box, name),
        ),
      )
    // What it said itself it hears a moment after the others may have.
    while ((await metric(one, '_log_heard_total')) === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual(await values(one), [1, 1, 0, 1, 1, 0])
    assert.deepEqual(await values(other), [0, 0, 0, 0, 1, 0])
    assert.equal(await metric(one, '_log_threads{state="following"}'), 1)
    assert.equal(await metric(one, '_log_boxes'), 2)
    assert.equal(await metric(one, '_log_gaps_total'), 0)
  })

  it('names the box that stands still, and `breakwater purge` fails', async () => {
    assert.equal((await purge('http://site.test/page')).code, 0)
    other.pause()
    const { code, stdout } = await purge('http://site.test/page', '--hard')
    assert.equal(code, 1)
    const boxes = [...stdout.matchAll(/^ {2}box {6}(\S+): (.*)$/gm)].map(([, name, what]) => [name, what])
    assert.equal(boxes.length, 2, stdout)
    assert.equal(boxes[0]?.[1], 'acknowledged')
    assert.equal(boxes[1]?.[1], 'did not acknowledge')
    assert.notEqual(boxes[1]?.[0], '')
    assert.equal(await metric(one, MISSING), 1)
  })

  it('is in force on that box when it goes on, and the next one is acknowledged again', async () => {
    version++
    await purge('http://site.test/page', '--hard')
    other.resume()
    assert.equal(await page(other), `version ${version}`)
    while ((await purge('http://site.test/page')).code !== 0) await new Promise((resolve) => setTimeout(resolve, 50))
  })
})

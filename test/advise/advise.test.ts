import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Run } from '../cli/support.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
after(() => folder.remove())

/** Requests of one site, one a second: for `/` and for `/?click=‹number›` in turn. */
const log = Array.from({ length: 240 }, (_, i) => {
  const time = `01/Jan/2026:00:0${Math.floor(i / 60)}:${String(i % 60).padStart(2, '0')} +0000`
  return `192.0.2.1 - - [${time}] "GET /${i % 2 === 0 ? '' : `?click=${i}`} HTTP/1.1" 200 500 "-" "curl"\n`
}).join('')

function file(name: string, content: string | Buffer): string {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}

interface Prediction {
  readonly hits: number
  readonly requests: number
  readonly originRequests: number
}

interface JsonReport {
  readonly lines: number
  readonly malformed: number
  readonly suggested: Prediction
  readonly now?: Prediction & { readonly peakOriginPerMinute: number }
  readonly withoutNoise?: Prediction
  readonly configured?: Prediction
  readonly confirmed: readonly { readonly name: string; readonly verdict: string }[]
  readonly file: string
}

async function advise(...args: string[]): Promise<JsonReport> {
  const run = new Run()
  assert.equal(await run.start('advise', '--json', ...args), 0, run.stderr.text)
  return JSON.parse(run.stdout.text) as JsonReport
}

describe('breakwater advise', () => {
  it('predicts what can be computed by hand', async () => {
    const report = await advise(file('plain.log', log))
    // `/` is asked for 120 times in four minutes: fetched at first, and again behind a hit in each of the three others.
    // Each of 120 clicks is another page.
    const { hits, requests, originRequests } = report.suggested
    assert.deepEqual([report.lines, report.malformed, requests], [240, 0, 240])
    assert.deepEqual([hits, originRequests], [119, 124])
  })

  it('reads several files, gzip among them, and counts what is no request', async () => {
    const half = log.length / 2
    const cut = log.indexOf('\n', half) + 1
    const files = [file('one.log.gz', gzipSync(log.slice(0, cut))), file('two.log', `${log.slice(cut)}nonsense\n`)]
    const whole = await advise(file('plain.log', log))
    const parts = await advise(...files)
    assert.deepEqual(parts.suggested, whole.suggested)
    assert.deepEqual([parts.lines, parts.malformed], [241, 1])
  })

  it('says what was hit, where the log does, and what leaving out the noise would bring', async () => {
    const lines = Array.from({ length: 240 }, (_, i) => {
      const path = i % 2 === 0 ? '/' : `/?click=${i}`
      const code = i % 2 === 0 && i > 0 ? 'TCP_MEM_HIT' : 'TCP_MISS'
      return `${1_767_225_600 + i}.000 1 192.0.2.1 ${code}/200 500 GET http://a.test${path} - HIER_NONE/- text/html\n`
    })
    const { now, suggested, withoutNoise } = await advise(file('squid.log', lines.join('')))
    assert.deepEqual([now?.requests, now?.hits, now?.originRequests, now?.peakOriginPerMinute], [240, 119, 121, 31])
    assert.deepEqual([suggested.hits, withoutNoise?.hits], [119, 239])
    assert.equal((await advise(file('plain.log', log))).now, undefined)
  })

  it('predicts for a configuration that is given', async () => {
    const config = file('site.yaml', 'key: { query: { ignore: click } }\n')
    const { configured } = await advise('--config', config, file('plain.log', log))
    assert.equal(configured?.hits, 236)
  })

  it('asks the site on demand, and suggests what it confirmed', async () => {
    const origin = await ScriptedOrigin.start((request) => request.respond({ body: 'the same' }))
    try {
      const report = await advise('--check', origin.url, file('plain.log', log))
      assert.deepEqual(
        report.confirmed.map(({ name, verdict }) => [name, verdict]),
        [['click', 'noise']],
      )
      assert.deepEqual(
        origin.requests.map(({ target }) => target),
        ['/', '/?click=1', '/'],
      )
      assert.ok(report.suggested.hits > 230)
    } finally {
      await origin.close()
    }
  })

  it('suggests nothing that the site refutes, or changes each time', async () => {
    let count = 0
    const origin = await ScriptedOrigin.start((request) => request.respond({ body: request.target }))
    try {
      const target = file('plain.log', log)
      assert.equal((await advise('--check', origin.url, target)).confirmed[0]?.verdict, 'changes the page')
      origin.script = (request) => request.respond({ body: String(count++) })
      assert.equal((await advise('--check', origin.url, target)).confirmed[0]?.verdict, 'cannot be told')
    } finally {
      await origin.close()
    }
  })

  it('writes a report for people that ends with a file', async () => {
    const run = new Run()
    assert.equal(await run.start('advise', file('plain.log', log)), 0)
    assert.match(run.stdout.text, /^240 lines, 240 requests, 0 malformed\n/)
    assert.match(run.stdout.text, /suggested +49\.6 %/)
    assert.match(run.stdout.text, /click +120 requests, 120 values/)
    assert.match(run.stdout.text, /\npreset: \[generic\]\n/)
  })

  const mistakes: readonly (readonly [string, string[], RegExp, number])[] = [
    ['a file that is not there', ['/no/such.log'], /Cannot read \/no\/such\.log: ENOENT/, 2],
    ['a folder', [folder.path], /Cannot read .*: it is not a file/, 2],
    [
      'a broken gzip file',
      [file('broken.gz', gzipSync(log).subarray(0, 100))],
      /broken\.gz: unexpected end of file/,
      2,
    ],
    ['a wrong duration', ['--assume', 'soon', file('plain.log', log)], /--assume: found "soon"/, 2],
    ['a wrong URL', ['--check', 'example', file('plain.log', log)], /--check: found "example"/, 2],
    ['no file', [], /missing required argument/, 2],
    [
      'a wrong configuration',
      ['--config', file('bad.yaml', 'memmory: 1'), file('plain.log', log)],
      /unknown option/,
      1,
    ],
  ]
  for (const [what, args, message, code] of mistakes) {
    it(`says what is wrong with ${what}`, async () => {
      const run = new Run()
      assert.equal(await run.start('advise', ...args), code)
      assert.match(run.stderr.text, message)
    })
  }
})

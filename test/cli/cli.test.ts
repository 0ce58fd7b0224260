import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Run } from './support.ts'

function fileWith(t: TestContext, text: string | Buffer): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'breakwater-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'site.yaml')
  writeFileSync(file, text)
  return file
}

describe('breakwater serve', () => {
  it('says last where it listens, and stops with 0 when told to', async () => {
    const run = new Run()
    const exit = run.start('serve', '--origin', 'http://a.test')
    await run.listening
    assert.match(run.stderr.text, /\nbreakwater: listening on http:\/\/0\.0\.0\.0:8080\n$/)
    run.signal('SIGTERM')
    assert.equal(await exit, 0)
    assert.deepEqual(run.notes, ['stop'])
  })

  it('exits at once at the second signal', async () => {
    const run = new Run()
    const { promise, resolve } = Promise.withResolvers<void>()
    run.stopping = promise
    const exit = run.start('serve', '--origin', 'http://a.test')
    await run.listening
    run.signal('SIGINT')
    run.signal('SIGINT')
    assert.deepEqual(
      run.notes.filter((note) => note !== 'stop'),
      ['exit 130'],
    )
    resolve()
    assert.equal(await exit, 0)
  })

  it('lets flags take the place of the file, all origins of it included', async (t) => {
    const run = new Run()
    const file = fileWith(t, 'origins: [http://a.test, http://b.test]\nmemory: 1GiB\nlog: { access: json }\n')
    const flags = [
      '--origin',
      'http://c.test',
      '--origin',
      'http://d.test',
      '--access-log',
      'squid',
      '--listen',
      '[::1]:81',
    ]
    const exit = run.start('serve', '--config', file, ...flags)
    await run.listening
    run.signal('SIGTERM')
    await exit
    const { origins, memoryBytes, log, listen } = run.config!
    assert.deepEqual(
      origins.map(({ url }) => url),
      ['http://c.test', 'http://d.test'],
    )
    assert.deepEqual([memoryBytes, log.access], [1024 ** 3, 'squid'])
    assert.deepEqual(listen, [{ host: '::1', port: 81 }])
  })

  it('starts the demo site when there is no origin, and closes it in the end', async () => {
    const run = new Run()
    const exit = run.start('serve')
    await run.listening
    assert.equal(run.config!.origins[0]!.url, 'http://127.0.0.1:4711')
    assert.match(
      run.stderr.text,
      /demo site at http:\/\/127\.0\.0\.1:4711\nOpen [\s\S]*\nbreakwater: listening on .*\n$/,
    )
    run.signal('SIGTERM')
    assert.equal(await exit, 0)
    assert.deepEqual(run.notes, ['demo', 'stop', 'demo closed'])
  })

  it('exits with 3 when it cannot listen', async () => {
    const run = new Run()
    const cause = Object.assign(new Error('listen EADDRINUSE'), { syscall: 'listen' })
    run.failure = new Error('Cannot listen on 0.0.0.0:8080: another program listens there', { cause })
    assert.equal(await run.start('serve', '--origin', 'http://a.test'), 3)
    assert.equal(run.stderr.text, 'breakwater: Cannot listen on 0.0.0.0:8080: another program listens there\n')
  })

  it('does not hide a failure that it does not know', async () => {
    const run = new Run()
    run.failure = new Error('what?')
    await assert.rejects(run.start('serve', '--origin', 'http://a.test'), /what\?/)
  })

  it('exits with 1 on a wrong file, 2 on a wrong flag', async (t) => {
    const [wrongFile, wrongFlag] = [new Run(), new Run()]
    assert.equal(await wrongFile.start('serve', '--config', fileWith(t, 'memory: 5')), 1)
    assert.equal(await wrongFlag.start('serve', '--memory', '5'), 2)
    assert.match(wrongFlag.stderr.text, /^--memory: found "5", expected a size/)
  })

  it('exits with 1 on a file that is not there', async () => {
    const run = new Run()
    assert.equal(await run.start('serve', '--config', '/nowhere/site.yaml'), 1)
    assert.match(run.stderr.text, /^\/nowhere\/site\.yaml: cannot be read: ENOENT/)
  })
})

describe('breakwater check', () => {
  it('says ok and what the file amounts to', async (t) => {
    const [run, file] = [new Run(), fileWith(t, 'origins: [http://a.test]\n')]
    assert.equal(await run.start('check', file), 0)
    assert.ok(run.stdout.text.startsWith(`${file}: ok\n`))
    assert.match(run.stdout.text, /origins +http:\/\/a\.test\n/)
  })

  it('says what is behind memory, without its passwords, and what memcached alone cannot do', async (t) => {
    const both = 'redis: redis://user:hidden@127.0.0.1\nmemcached: 127.0.0.1:11211\n'
    for (const [text, expected] of [
      [both, 'memcached, then redis'],
      [`${both}tiers: { first: redis }\n`, 'redis, then memcached'],
      ['memcached: 127.0.0.1:11211\n', 'memcached; without redis other boxes do not hear of purges (docs/tiers.md)'],
    ] as const) {
      const run = new Run()
      assert.equal(await run.start('check', fileWith(t, text)), 0)
      assert.ok(run.stdout.text.includes(`  behind it  ${expected}\n`), run.stdout.text)
      assert.doesNotMatch(run.stdout.text, /hidden/)
    }
  })

  it('names all problems with their place, and exits with 1', async (t) => {
    const [run, file] = [new Run(), fileWith(t, 'memroy: 1\ngrace: 10\n')]
    assert.equal(await run.start('check', file), 1)
    assert.deepEqual(run.stderr.text.split('\n'), [
      `${file}:1:1 memroy: unknown option; did you mean "memory"?`,
      `${file}:2:8 grace: found 10, expected a duration such as 90s, 10m or 1d12h; did you mean "10s"?`,
      '2 problems',
      '',
    ])
    assert.equal(run.stdout.text, '')
  })

  it('writes the problems as JSON', async (t) => {
    const [run, file] = [new Run(), fileWith(t, 'memroy: 1\n')]
    assert.equal(await run.start('check', '--json', file), 1)
    const { ok, problems } = JSON.parse(run.stdout.text)
    assert.deepEqual([ok, problems[0].line, problems[0].column, problems[0].path], [false, 1, 1, 'memroy'])
  })

  it('writes the effective configuration', async (t) => {
    const [run, file] = [new Run(), fileWith(t, 'grace: 2h\n')]
    assert.equal(await run.start('check', '--print', file), 0)
    assert.match(run.stdout.text, /^memory: 256MiB$/m)
    assert.match(run.stdout.text, /^grace: 2h$/m)
  })

  it('refuses a file that is not UTF-8', async (t) => {
    const run = new Run()
    assert.equal(await run.start('check', fileWith(t, Buffer.from([0xff, 0xfe, 0xff]))), 1)
    assert.match(run.stderr.text, /cannot be read: /)
  })

  it('uses colours on a terminal only, and not under NO_COLOR', async (t) => {
    const file = fileWith(t, 'memroy: 1\n')
    const outputs = await Promise.all(
      [
        { isTTY: true, env: {} },
        { isTTY: false, env: {} },
        { isTTY: true, env: { NO_COLOR: '1' } },
      ].map(async ({ isTTY, env }) => {
        const run = new Run()
        run.stderr.isTTY = isTTY
        run.env = env
        await run.start('check', file)
        return run.stderr.text.includes('\x1b[')
      }),
    )
    assert.deepEqual(outputs, [true, false, false])
  })
})

describe('the command line', () => {
  for (const [args, suggestion] of [
    [['serve', '--orgin', 'x'], '--origin'],
    [['chekc', 'x'], 'check'],
    [['check', '--jsno', 'x'], '--json'],
  ] as const) {
    it(`proposes ${suggestion} for ${args.join(' ')}, and exits with 2`, async () => {
      const run = new Run()
      assert.equal(await run.start(...args), 2)
      assert.ok(run.stderr.text.includes(`(Did you mean ${suggestion}?)`), run.stderr.text)
    })
  }

  it('exits with 2 when an argument is missing or too many', async () => {
    assert.equal(await new Run().start('check'), 2)
    assert.equal(await new Run().start('check', 'a', 'b'), 2)
    assert.equal(await new Run().start('serve', 'http://a.test'), 2)
    assert.equal(await new Run().start(), 2)
  })

  it('helps with examples, and with the sentences and defaults of the options', async () => {
    const run = new Run()
    assert.equal(await run.start('serve', '--help'), 0)
    const text = run.stdout.text.replaceAll(/\s+/g, ' ')
    assert.match(text, /--memory <SIZE> Memory for stored responses\. \(.*default: 256MiB\)/)
    assert.match(text, /Examples: breakwater serve --origin/)
  })

  it('tells its version', async () => {
    const run = new Run()
    assert.equal(await run.start('--version'), 0)
    assert.match(run.stdout.text, /^\d+\.\d+\.\d+\n$/)
  })
})

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { LineWriter, type LineWriterState } from '../../src/log/line-writer.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
after(() => folder.remove())

interface Outcome {
  readonly exitCode: number | null
  readonly states: readonly LineWriterState[]
  readonly droppedLines: number
  readonly longestMs: number
}

/** Runs a process that logs 30 000 lines to this standard output. */
async function logTo(stdout: number | 'pipe'): Promise<Outcome> {
  const program = join(import.meta.dirname, 'writes-lines.ts')
  const child = spawn(process.execPath, [program], { stdio: ['ignore', stdout, 'pipe'] })
  const exit = once(child, 'exit')
  const report = await text(child.stderr!)
  const [exitCode] = await exit
  return { exitCode, ...JSON.parse(report) }
}

describe('a sink that takes no lines (A-LG-03)', () => {
  const assertWentOn = (outcome: Outcome, reason: RegExp) => {
    assert.equal(outcome.exitCode, 0, 'the process exits')
    assert.ok(outcome.droppedLines > 10_000, `lines are counted: ${outcome.droppedLines}`)
    assert.ok(outcome.longestMs < 500, `a thousand lines took ${outcome.longestMs} ms`)
    assert.equal(outcome.states.length, 1, 'one warning')
    assert.match(JSON.stringify(outcome.states[0]), reason)
  }

  it('a named pipe nobody reads holds nothing up, not even the exit', async () => {
    const path = join(folder.path, 'unread')
    execFileSync('mkfifo', [path])
    const bothEnds = openSync(path, 'r+')
    assertWentOn(await logTo(bothEnds), /more lines than can be written/)
    closeSync(bothEnds)
  })

  it('a socket nobody reads, as under a supervisor, holds nothing up', async () => {
    assertWentOn(await logTo('pipe'), /more lines than can be written/)
  })

  it('a full disk holds nothing up', async () => {
    const full = openSync('/dev/full', 'w')
    assertWentOn(await logTo(full), /ENOSPC/)
    closeSync(full)
  })

  it('says how many lines are missing once they can be written again', async () => {
    const path = join(folder.path, 'slow')
    execFileSync('mkfifo', [path])
    const reader = spawn('cat', [path], { stdio: ['ignore', 'ignore', 'inherit'] })
    const filler = openSync(path, 'w')
    reader.kill('SIGSTOP')
    const states: LineWriterState[] = []
    const written = Promise.withResolvers<void>()
    const onState = (state: LineWriterState) => {
      states.push(state)
      if (state.kind === 'writing') written.resolve()
    }
    const writer = new LineWriter({ target: path, mode: 'gathered', heldMax: 100_000, onState })
    for (let i = 0; i < 3000; i++) writer.write(`${'x'.repeat(99)}\n`)
    reader.kill('SIGCONT')
    await written.promise
    await writer.close()
    closeSync(filler)
    await once(reader, 'exit')
    assert.deepEqual(
      states.map((state) => state.kind),
      ['blocked', 'writing'],
    )
    assert.deepEqual(states[1], { kind: 'writing', droppedLines: writer.droppedLines })
  })
})

describe('lines', () => {
  it('are written in order and completely at the end', async () => {
    const path = join(folder.path, 'new', 'folder', 'a.log')
    const writer = new LineWriter({ target: path, mode: 'gathered' })
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`)
    for (const line of lines) writer.write(line)
    await writer.close()
    assert.equal(readFileSync(path, 'utf8'), lines.join(''))
  })

  it('are gathered, and written within a second or so when few come', async () => {
    const path = join(folder.path, 'few.log')
    const writer = new LineWriter({ target: path, mode: 'gathered' })
    writer.write('one\n')
    assert.equal(readFileSync(path, 'utf8'), '')
    const deadline = Date.now() + 5000
    while (readFileSync(path, 'utf8') === '' && Date.now() < deadline) await new Promise((next) => setTimeout(next, 50))
    assert.equal(readFileSync(path, 'utf8'), 'one\n')
    await writer.close()
  })

  it('are written at once in immediate mode', () => {
    const path = join(folder.path, 'immediate.log')
    new LineWriter({ target: path, mode: 'immediate' }).write('now\n')
    assert.equal(readFileSync(path, 'utf8'), 'now\n')
  })

  it('held when the process exits are written then', () => {
    const path = join(folder.path, 'exit.log')
    const source = `
      import { LineWriter } from ${JSON.stringify(join(import.meta.dirname, '../../src/log/line-writer.ts'))}
      new LineWriter({ target: ${JSON.stringify(path)}, mode: 'gathered' }).write('last words\\n')
      process.exit(0)`
    execFileSync(process.execPath, ['--input-type=module', '--eval', source])
    assert.equal(readFileSync(path, 'utf8'), 'last words\n')
  })

  it('go to a new file after log rotation moved the old one away', async () => {
    const path = join(folder.path, 'access.log')
    const writer = new LineWriter({ target: path, mode: 'gathered' })
    writer.write('before\n'.repeat(1000))
    renameSync(path, `${path}.1`)
    writer.reopen()
    writer.write('after\n')
    await writer.close()
    const old = readFileSync(`${path}.1`, 'utf8')
    assert.equal(old + readFileSync(path, 'utf8'), `${'before\n'.repeat(1000)}after\n`)
    assert.ok(existsSync(path))
  })

  it('are appended to what the file has', async () => {
    const path = join(folder.path, 'existing.log')
    const file = openSync(path, 'w')
    writeSync(file, 'old\n')
    closeSync(file)
    const writer = new LineWriter({ target: path, mode: 'gathered' })
    writer.write('new\n')
    await writer.close()
    assert.equal(readFileSync(path, 'utf8'), 'old\nnew\n')
  })

  it('cannot be asked for in a place that cannot be written: said at the start', () => {
    assert.throws(() => new LineWriter({ target: folder.path, mode: 'gathered' }), /EISDIR/)
  })
})

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'

const launcher = new URL('../../bin/breakwater.cjs', import.meta.url).pathname
const bundledName = `node-${process.platform}-${process.arch}`

interface Layout {
  /** What package.json asks for. */
  readonly engines?: string
  /** Text of the program, as dist/main.js. */
  readonly program: string
  readonly hasBundledNode?: boolean
}

/** A package like ours in a folder of its own: the launcher, a program, perhaps a Node beside it. */
function installed(t: TestContext, { engines = '>=24', program, hasBundledNode = true }: Layout): string {
  const root = mkdtempSync(path.join(tmpdir(), 'breakwater-'))
  t.after(() => rmSync(root, { recursive: true }))
  mkdirSync(path.join(root, 'bin'))
  mkdirSync(path.join(root, 'dist'))
  copyFileSync(launcher, path.join(root, 'bin/breakwater.cjs'))
  writeFileSync(path.join(root, 'package.json'), JSON.stringify({ type: 'module', engines: { node: engines } }))
  writeFileSync(path.join(root, 'dist/main.js'), program)
  if (hasBundledNode) {
    const bundled = path.join(root, 'node_modules', bundledName)
    mkdirSync(path.join(bundled, 'bin'), { recursive: true })
    writeFileSync(path.join(bundled, 'package.json'), '{}')
    symlinkSync(process.execPath, path.join(bundled, 'bin/node'))
  }
  return path.join(root, 'bin/breakwater.cjs')
}

interface Started {
  readonly child: ChildProcess
  readonly output: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>
}

function start(node: string, script: string, ...args: string[]): Started {
  const child = spawn(node, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, output }))
  return { child, output: () => output, ended }
}

/** A Node below 24 on the PATH, as distributions have it. */
function oldNode(): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, 'node'))
    .find((node) => {
      try {
        return Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]) < 24
      } catch {
        return false // no Node in this folder
      }
    })
}

// No Node is new enough for these engines, so the one that runs the tests takes the old one's part.
const tooNew = '>=999'
const reportsItself = 'console.log(JSON.stringify([process.argv.slice(2), process.env.BREAKWATER_RELAUNCHED ?? null]))'
const waits = 'setInterval(() => {}, 1000); console.log("ready")'

describe('the launcher', () => {
  it('runs the program in a Node that is new enough', async (t) => {
    const script = installed(t, { program: 'console.log(process.ppid)', hasBundledNode: false })
    const { output, code } = await start(process.execPath, script).ended
    assert.deepEqual([output.trim(), code], [String(process.pid), 0])
  })

  it('runs the program with the installed Node when its own is too old, with the same arguments', async (t) => {
    const script = installed(t, { engines: tooNew, program: reportsItself })
    const { output, code } = await start(process.execPath, script, 'serve', '--listen', 'a b').ended
    assert.equal(output.trim(), '[["serve","--listen","a b"],null]')
    assert.equal(code, 0)
  })

  it('passes the exit code on', async (t) => {
    const script = installed(t, { engines: tooNew, program: 'process.exit(3)' })
    assert.equal((await start(process.execPath, script).ended).code, 3)
  })

  it('says in one line what to install when there is no Node that can run the program', async (t) => {
    const script = installed(t, { engines: tooNew, program: reportsItself, hasBundledNode: false })
    const { output, code } = await start(process.execPath, script).ended
    assert.match(output, new RegExp(`^breakwater: Node .* is too old, 999 .*npm install ${bundledName}.*\\n$`))
    assert.equal(code, 1)
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`passes ${signal} on, and exits as the program then does`, async (t) => {
      const program = `process.on('${signal}', () => process.exit(42)); ${waits}`
      const started = start(process.execPath, installed(t, { engines: tooNew, program }))
      await once(started.child.stdout!, 'data')
      started.child.kill(signal)
      assert.equal((await started.ended).code, 42)
    })
  }

  it('dies of the signal that the program died of', async (t) => {
    const started = start(process.execPath, installed(t, { engines: tooNew, program: waits }))
    await once(started.child.stdout!, 'data')
    started.child.kill('SIGTERM')
    assert.equal((await started.ended).signal, 'SIGTERM')
  })

  it('is started by an old Node', async (t) => {
    const node = oldNode()
    // The tests above make the present Node take the old one's part; this one needs a real one.
    if (node === undefined) return t.skip('there is no Node below 24 on the PATH')
    const script = installed(t, { program: 'console.log(process.version)' })
    const { output, code } = await start(node, script).ended
    assert.deepEqual([output.trim(), code], [process.version, 0])
  })

  it('names the version of the package', async () => {
    const { output, code } = await start(process.execPath, launcher, '--version').ended
    assert.match(output, /^\d+\.\d+\.\d+\n$/)
    assert.equal(code, 0)
  })
})

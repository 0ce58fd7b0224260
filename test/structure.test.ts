import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'
import { describe, it } from 'node:test'

const root = resolve(import.meta.dirname, '..')
const sourceFiles = globSync('src/**/*.ts', { cwd: root }).sort()
const testFiles = globSync('{test,bench}/**/*.ts', { cwd: root }).sort()
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** From the top down; a part imports what stands below it, never beside or above. The list of docs/architecture.md. */
const layers: readonly (readonly string[])[] = [
  ['main.ts', 'worker-main.ts'],
  ['cli'],
  ['app', 'bench'],
  ['site'],
  ['workers'],
  ['admin'],
  ['control'],
  ['listener', 'metrics', 'log', 'demo', 'advise', 'warm'],
  ['proxy'],
  ['policy', 'lookup', 'forward', 'storing', 'respond', 'invalidate'],
  ['request', 'tiers', 'origin'],
  ['rfc9111', 'config'],
  ['http1'],
  ['http'],
  ['tables'],
  ['clock.ts', 'errors.ts', 'events.ts', 'one-at-a-time.ts', 'units.ts', 'version.ts'],
]

/** Types that parts on one line share all the same, each for its reason. */
const sharedTypes: Readonly<Record<string, string>> = {
  'src/listener/exchange-record.ts': 'what the lanes publish; logs and metrics are its readers',
  'src/policy/plan.ts': 'what was planned for a request; the steps carry it out',
}

interface Import {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const pattern =
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gm
  return [...read(file).matchAll(pattern)].map(([, typeOnly, from, bare, dynamic]) => ({
    file,
    target: normalize(join(dirname(file), (from ?? bare ?? dynamic)!)),
    typeOnly: typeOnly !== undefined,
  }))
}

/** `src/http/fields.ts` belongs to `http`, `src/clock.ts` to itself. */
function partOf(file: string): string {
  return file.split('/')[1]!
}

function layerOf(file: string): number {
  return layers.findIndex((parts) => parts.includes(partOf(file)))
}

function breaksOrder({ file, target, typeOnly }: Import): boolean {
  if (partOf(file) === partOf(target)) return false
  if (typeOnly && (partOf(target) === 'config' || target in sharedTypes)) return false
  return layerOf(target) <= layerOf(file)
}

describe('the folder tree', () => {
  it('has only parts that the list of layers knows', () => {
    assert.deepEqual(
      sourceFiles.filter((file) => layerOf(file) === -1),
      [],
    )
  })

  it('imports point one way, down the list of layers', () => {
    const wrong = sourceFiles.flatMap(importsOf).filter(breaksOrder)
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    )
  })

  it("config's functions are called by the app and the command line only", () => {
    const callers = sourceFiles.filter((file) => !['config', 'cli', 'app', 'main.ts'].includes(partOf(file)))
    const wrong = callers.flatMap(importsOf).filter(({ target, typeOnly }) => !typeOnly && partOf(target) === 'config')
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    )
  })
})

describe('source files', () => {
  it('have at most 300 lines, unless a comment says why: "A long file: ..."', () => {
    const long = sourceFiles.filter((file) => {
      const text = read(file)
      return text.split('\n').length > 301 && !/A long file: \S/.test(text)
    })
    assert.deepEqual(long, [])
  })

  it('name no folder of the machine they were written on', () => {
    const hostPath = /(?:\/work\/|\/root\/|\/home\/\w)/
    const wrong = [...sourceFiles, ...testFiles].filter(
      (file) => file !== 'test/structure.test.ts' && hostPath.test(read(file)),
    )
    assert.deepEqual(wrong, [])
  })
})

describe('test files', () => {
  it('leave no test alone and skip none', () => {
    const marked = /\b(?:it|test|describe)\.(?:only|skip|todo)\b|[{,]\s*(?:only|skip|todo): true/
    assert.deepEqual(
      testFiles.filter((file) => file !== 'test/structure.test.ts' && marked.test(read(file))),
      [],
    )
  })
})

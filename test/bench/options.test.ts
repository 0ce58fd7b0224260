import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { helpText, readOptions } from '../../bench/hits/options.ts'

const names = { questions: ['hit-1k', 'miss'], peers: ['nginx', 'varnish'] }

function read(...args: string[]) {
  const result = readOptions(args, names)
  assert.equal(result.kind, 'run')
  return result.kind === 'run' ? result.options : assert.fail()
}

function problem(...args: string[]): string {
  const result = readOptions(args, names)
  return result.kind === 'wrong' ? result.problem : assert.fail(`accepted as ${result.kind}`)
}

describe("the benchmark's options", () => {
  it('are everything, thoroughly, when none is given', () => {
    const { isQuick, rounds, questions, peers, json } = read()
    assert.deepEqual(
      { isQuick, rounds, questions, peers, json },
      {
        isQuick: false,
        rounds: undefined,
        questions: undefined,
        peers: undefined,
        json: undefined,
      },
    )
  })

  it('can be a quick look, with more rounds all the same', () => {
    const { isQuick, rounds, seconds } = read('--quick', '--rounds', '2')
    assert.deepEqual({ isQuick, rounds, seconds }, { isQuick: true, rounds: 2, seconds: 1 })
  })

  it('name questions and peers, or no peer', () => {
    assert.deepEqual(read('--questions', 'miss,hit-1k').questions, ['miss', 'hit-1k'])
    assert.deepEqual(read('--peers', 'nginx').peers, ['nginx'])
    assert.deepEqual(read('--peers', 'none').peers, [])
  })

  it('are refused with what is wrong', () => {
    assert.match(problem('--questions', 'hit-1k,hit-2k'), /no "hit-2k"/)
    assert.match(problem('--peers', 'haproxy'), /no "haproxy"/)
    assert.match(problem('--rounds', 'many'), /--rounds takes a whole number/)
    assert.match(problem('--seconds', '0'), /--seconds takes a whole number/)
    assert.match(problem('--fast'), /--fast/)
  })

  it('are explained', () => {
    assert.equal(readOptions(['--help'], names).kind, 'help')
    const help = helpText(names)
    for (const word of ['--quick', '--rounds', '--seconds', '--questions', '--peers', '--json', 'hit-1k', 'varnish']) {
      assert.ok(help.includes(word), word)
    }
  })
})

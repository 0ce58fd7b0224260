import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Run } from '../../bench/hits/compare-servers.ts'
import { hit1k } from '../../bench/hits/hit-1k.ts'
import { report, table } from '../../bench/hits/report.ts'
import { figuresOf, goalsOf, type QuestionResult, type Results } from '../../bench/hits/results.ts'

function run(cpuMicrosPerRequest: number): Run {
  return { cpuMicrosPerRequest, requests: 1000, perSecond: 12_345.6, bytes: 1, p50Ms: 1, p99Ms: 2.345, p999Ms: 9 }
}

const figures = figuresOf([
  { server: 'Breakwater', runs: [run(14), run(15), run(30)] },
  { server: 'nginx', runs: [run(20), run(20), run(41)] },
  { server: 'floor', runs: [run(10), run(10), run(20)] },
])

function resultsOf(questions: readonly QuestionResult[]): Results {
  return {
    machine: {
      processor: 'A Processor',
      cores: 2,
      memoryGiB: 4,
      kernel: '6.1',
      node: 'v26.0.0',
      commit: 'abc1234',
      date: '2026-01-02',
      loadBefore: 0.1,
    },
    settings: {
      isQuick: false,
      rounds: undefined,
      seconds: 2,
      warmUpSeconds: { fromMemory: 1, fromOrigin: 2 },
      connections: 64,
    },
    peers: { nginx: '1.22.1' },
    questions,
  }
}

const comparison: QuestionResult = {
  ...{ name: 'hit-1k', title: 'A hit', kind: 'comparison' },
  repeats: { processes: 1, rounds: 3 },
  figures,
  goals: goalsOf(hit1k, figures),
}

describe('the figures of a comparison', () => {
  it('are medians over the rounds', () => {
    assert.equal(figures[0]!.cpuMicrosPerRequest, 15)
    assert.equal(figures[1]!.p99Ms, 2.345)
  })

  it('relate Breakwater to each server, round by round', () => {
    assert.equal(figures[0]!.breakwaterRatio, 1)
    assert.equal(figures[1]!.breakwaterRatio, 30 / 41)
    assert.equal(figures[2]!.breakwaterRatio, 1.5)
  })

  it('give a goal no figure when its server was not measured', () => {
    assert.deepEqual(
      goalsOf(hit1k, figures).map(({ measured }) => measured),
      [30 / 41, undefined, 1.5],
    )
  })
})

describe('a table', () => {
  it('has a line for the head, one for the alignment, and one for each row', () => {
    assert.equal(
      table(
        ['a', 'b'],
        [
          ['x', '1,000'],
          ['y', '2.5'],
        ],
      ),
      '| a | b |\n| --- | ---: |\n| x | 1,000 |\n| y | 2.5 |\n',
    )
  })
})

describe('the report', () => {
  const text = report(resultsOf([comparison]))

  it('says what was measured where, and how', () => {
    for (const word of [
      'A Processor',
      '2 cores',
      'v26.0.0',
      'abc1234',
      'nginx 1.22.1',
      'rounds of 2 s each',
      '3 rounds',
      '64 conn',
    ]) {
      assert.ok(text.includes(word), word)
    }
    assert.doesNotMatch(text, /Something else ran/)
  })

  it('says plainly which goals are met, missed and not measured', () => {
    assert.match(text, /\/ nginx \| ≤ 0.72 \| 0.73 \| 0.72–0.74 \| \*\*missed\*\* \|/)
    assert.match(text, /\/ Varnish \| ≤ 0.42 \| {2}\| {2}\| not measured \|/)
    assert.match(text, /\/ floor \| ≤ 1.2 \| 1.50 \| 1.45–1.50 \| \*\*missed\*\* \|/)
  })

  it('has a row for each server, Breakwater without a ratio to itself', () => {
    assert.match(text, /\| Breakwater \| 15.0 \| 12,346 \| 1.00 \| 2.3\d \| 9.00 \| {2}\|/)
    assert.match(text, /\| nginx \| 20.0 \| 12,346 \| 1.00 \| 2.3\d \| 9.00 \| 0.73 \|/)
  })

  it('says why a question has no figures', () => {
    const unavailable: QuestionResult = { name: 'workers', title: 'Workers', kind: 'unavailable', why: 'no option' }
    const failed: QuestionResult = { name: 'miss', title: 'Misses', kind: 'failed', why: 'nginx: errors' }
    const other = report(resultsOf([unavailable, failed]))
    assert.match(other, /Not measured: no option\./)
    assert.match(other, /\*\*Failed\*\*: nginx: errors\./)
    assert.doesNotMatch(other, /Goals/)
  })

  it('warns when something else ran on the machine', () => {
    const results = resultsOf([])
    const busy = { ...results, machine: { ...results.machine, loadBefore: 1.26 } }
    assert.match(report(busy), /Something else ran on it: load 1.3 before/)
  })
})

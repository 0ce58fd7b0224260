import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PurgeOrder } from '../../src/invalidate/orders.ts'
import { PurgeLog } from '../../src/log/purge-log.ts'
import { HeldClock } from '../support/held-clock.ts'

const REPORT = {
  matched: 2,
  threads: { asked: 2, acknowledged: 2 },
  boxes: [
    { name: 'here', acknowledged: true },
    { name: 'there', acknowledged: false },
  ],
  published: 'now' as const,
}

function logged() {
  const lines: unknown[][] = []
  const clock = new HeldClock()
  const log = new PurgeLog({ info: (...line: unknown[]) => void lines.push(line) }, clock)
  const report = (orders: readonly PurgeOrder[]) =>
    log.report({ sender: { address: '10.0.0.9', dialect: 'url' }, orders, report: REPORT })
  return { lines, clock, log, report }
}

describe('the log of purges', () => {
  it('says in a line who purged what, in which words, what was found, and who acknowledged', () => {
    const { lines, report } = logged()
    report([
      { scope: 'uri', uri: 'http://site.test/a', soft: true },
      { scope: 'tag', tag: 't'.repeat(1_000) },
      { scope: 'pattern', pattern: { url: '^/b' }, soft: false },
      { scope: 'everything' },
    ])
    assert.deepEqual(lines, [
      [
        {
          by: '10.0.0.9',
          dialect: 'url',
          what: ['soft http://site.test/a', `tag ${'t'.repeat(196)}`, 'hard pattern {"url":"^/b"}'],
          orders: 4,
          matched: 2,
          threads: '2/2',
          boxes: '1/2',
          published: 'now',
        },
        'purged',
      ],
    ])
  })

  it('does not tell a burst one by one: the rest is one line when its ten seconds are over', () => {
    const { lines, clock, report } = logged()
    for (let i = 0; i < 1_000; i++) report([{ scope: 'everything' }])
    assert.equal(lines.length, 50)
    clock.advance(10_000)
    assert.deepEqual(lines.at(-1), [
      { purges: 950, orders: 950, matched: 1_900 },
      'purged more than is told one by one',
    ])
    report([{ scope: 'everything' }])
    assert.equal(lines.length, 52)
  })

  it('says when it is closed what it has not said yet', () => {
    const { lines, log, report } = logged()
    for (let i = 0; i < 60; i++) report([{ scope: 'everything' }])
    log.close()
    assert.equal(lines.length, 51)
  })
})

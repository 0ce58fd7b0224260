import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commentMark, ownerMark } from '../../../src/bench/load/body-marks.ts'
import { PageChecks } from '../../../src/bench/load/page-checks.ts'
import { saidHit } from '../../../src/bench/load/said-hit.ts'
import { type VisitorGroup, Visitors } from '../../../src/bench/load/visitors.ts'

const drawn = (groups: readonly VisitorGroup[], count: number) => {
  const visitors = new Visitors(groups)
  return Array.from({ length: count }, () => visitors.next())
}

describe('visitors', () => {
  it('come for the story four times in five, for the others by Zipf’s law', () => {
    const others = ['/1', '/2', '/3', '/4']
    const pages = { kind: 'story', story: '/story', others, storyShare: 0.8 } as const
    const paths = drawn([{ kind: 'visitor', weight: 1, pages }], 20_000).map(({ path }) => path)
    const share = (path: string) => paths.filter((one) => one === path).length / paths.length
    assert.ok(Math.abs(share('/story') - 0.8) < 0.02)
    assert.ok(Math.abs(share('/1') / share('/2') - 2) < 0.3)
    assert.ok(Math.abs(share('/1') / share('/4') - 4) < 0.9)
  })

  it('are of each group in proportion to its weight', () => {
    const pages = { kind: 'in-turn', paths: ['/'] } as const
    const kinds = drawn(
      [
        { kind: 'many', weight: 3, pages },
        { kind: 'few', weight: 1, pages },
      ],
      10_000,
    ).map(({ group }) => group.kind)
    assert.ok(Math.abs(kinds.filter((kind) => kind === 'few').length / 10_000 - 0.25) < 0.02)
  })

  it('with random queries never ask for the same twice', () => {
    const pages = { kind: 'random-query', path: '/a?b=c' } as const
    const paths = drawn([{ kind: 'flood', weight: 1, pages }], 5_000).map(({ path }) => path)
    assert.equal(new Set(paths).size, 5_000)
    assert.match(paths[0]!, /^\/a\?b=c&x[0-9a-z]+=\d+$/)
  })
})

describe('the checks of pages', () => {
  const group = (owner?: string): VisitorGroup => ({
    kind: 'visitor',
    weight: 1,
    pages: { kind: 'in-turn', paths: ['/'] },
    ...(owner && { owner }),
  })

  it('find a name in the hands of somebody else, or of nobody', () => {
    const checks = new PageChecks()
    checks.look({ group: group('v1'), path: '/account' }, `Hello ${ownerMark('v1')}`, 0)
    checks.look({ group: group('v1'), path: '/account' }, `Hello ${ownerMark('v11')}`, 0)
    checks.look({ group: group(), path: '/cart' }, `Hello ${ownerMark('v2')}`, 0)
    assert.equal(checks.result.ownPages, 1)
    assert.deepEqual(checks.result.strangers, {
      count: 2,
      examples: ['v1 saw v11 at /account', 'a visitor without a name saw v2 at /cart'],
    })
  })

  it('note the latest comment that a page shows', () => {
    const checks = new PageChecks()
    checks.look({ group: group(), path: '/' }, `${commentMark(2)} ${commentMark(10)} ${commentMark(9)}`, 5)
    checks.look({ group: group(), path: '/' }, 'nothing', 6)
    assert.deepEqual(checks.result.comments, [
      [5, 10],
      [6, 0],
    ])
  })
})

describe('what a cache says of itself', () => {
  it('is believed in the words of RFC 9211 first, then in older ones', () => {
    assert.equal(saidHit(['Cache-Status', 'breakwater; hit; ttl=3', 'X-Cache', 'MISS']), true)
    assert.equal(saidHit(['Cache-Status', 'breakwater; fwd=uri-miss', 'Age', '3']), false)
    assert.equal(saidHit(['X-Cache', 'HIT from squid']), true)
    assert.equal(saidHit(['Age', '7']), true)
    assert.equal(saidHit(['Age', '0']), false)
    assert.equal(saidHit([]), false)
  })
})

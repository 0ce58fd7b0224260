import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Write, WriteQueue } from '../../src/tiers/write-queue.ts'

/** Writes that end when the test says so. */
function held() {
  const queue = new WriteQueue({ bytesMax: 100, writesMax: 4, concurrency: 2 })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const write = (group: string, name: string, bytes = 10): Write => ({
    ...{ group, name, bytes },
    run: () => {
      begun.push(name)
      return new Promise((resolve) => ends.set(name, resolve))
    },
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const end = async (name: string) => {
    ends.get(name)?.()
    await turn()
  }
  return { queue, begun, write, turn, end }
}

describe('the queue of writes', () => {
  it('begins after whoever adds has gone on, some at a time, one for each group', async () => {
    const { queue, begun, write, turn, end } = held()
    for (const [group, name] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
      ['c', 'c1'],
    ] as const)
      queue.add(write(group, name))
    assert.deepEqual(begun, [])
    await turn()
    assert.deepEqual(begun, ['a1', 'b1'])
    await end('b1')
    assert.deepEqual(begun, ['a1', 'b1', 'c1'])
    await end('a1')
    assert.deepEqual(begun, ['a1', 'b1', 'c1', 'a2'])
  })

  it('takes no more than its bounds, and all of it again when it is empty', async () => {
    const { queue, write, turn, end } = held()
    assert.equal(queue.add(write('a', 'a', 60)), true)
    assert.equal(queue.add(write('b', 'b', 60)), false)
    assert.equal(queue.add(write('c', 'c', 40)), true)
    assert.equal(queue.bytes, 100)
    await turn()
    await Promise.all([end('a'), end('c')])
    assert.deepEqual([queue.bytes, queue.length], [0, 0])
    for (const name of ['1', '2', '3', '4']) assert.equal(queue.add(write(name, name)), true)
    assert.equal(queue.add(write('5', '5')), false)
  })

  it('forgets what waits of a group, but not what somebody else waits for', async () => {
    const { queue, begun, write, turn } = held()
    queue.add(write('a', 'put'))
    queue.add({ ...write('a', 'owed', 0), isOwed: true })
    queue.dropGroup('a')
    await turn()
    assert.deepEqual(begun, ['owed'])
  })

  it('takes what somebody else waits for when it is full, too', () => {
    const { queue, write } = held()
    for (const name of ['1', '2', '3', '4']) queue.add(write(name, name))
    assert.equal(queue.isFull, true)
    assert.equal(queue.add(write('5', '5', 0)), false)
    assert.equal(queue.add({ ...write('5', '5', 0), isOwed: true }), true)
  })

  it('does only the last of those that wait under one name', async () => {
    const { queue, begun, write, turn } = held()
    queue.add(write('a', 'x', 60))
    queue.add(write('a', 'x', 80))
    assert.equal(queue.bytes, 80)
    await turn()
    assert.deepEqual(begun, ['x'])
  })

  it('forgets what waits of a group', async () => {
    const { queue, begun, write, turn } = held()
    queue.add(write('a', 'a1'))
    queue.add(write('b', 'b1'))
    queue.dropGroup('a')
    await turn()
    assert.deepEqual([begun, queue.bytes], [['b1'], 10])
  })

  it('is settled when nothing waits or is under way', async () => {
    const { queue, write, turn, end } = held()
    await queue.settled()
    queue.add(write('a', 'a1'))
    let isSettled = false
    const settled = queue.settled().then(() => {
      isSettled = true
    })
    await turn()
    assert.equal(isSettled, false)
    await end('a1')
    await settled
  })

  it('is settled when all that waited is dropped', async () => {
    const { queue, write } = held()
    queue.add(write('a', 'a1'))
    const settled = queue.settled()
    queue.dropAll()
    await settled
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cpuMicros, parseProcessStat, processTree } from '../../bench/support/cpu-time.ts'

/** As in proc(5): the fields from the state on, user time the 14th of all, system time the 15th. */
const line = (pid: number, name: string, parent: number, user: number, system: number) =>
  `${pid} (${name}) S ${parent} 7 7 0 -1 4194560 100 200 0 0 ${user} ${system} 11 12 20 0 4 0 5000 1000000 500 ${'0 '.repeat(27)}`

describe('the state of a process', () => {
  it('tells its parent and the sum of its user and system time', () => {
    assert.deepEqual(parseProcessStat(line(42, 'nginx', 1, 300, 45)), { pid: 42, parent: 1, cpuTicks: 345 })
  })

  it('is read behind a name with spaces and parentheses', () => {
    assert.deepEqual(parseProcessStat(line(42, 'a) S 9 (b', 1, 3, 4)), { pid: 42, parent: 1, cpuTicks: 7 })
  })

  it('is refused when it is something else', () => {
    assert.throws(() => parseProcessStat('not a process'), /Cannot read process state/)
    assert.throws(() => parseProcessStat('1 (short) S 2'), /Cannot read process state/)
  })
})

describe('a process tree', () => {
  const stat = (pid: number, parent: number) => ({ pid, parent, cpuTicks: 1 })
  const all = [stat(1, 0), stat(30, 20), stat(20, 10), stat(10, 1), stat(11, 1), stat(31, 20)]
  const pids = (roots: number[]) => processTree(all, roots).map(({ pid }) => pid)

  it('has the children and their children, and nothing beside', () => {
    assert.deepEqual(pids([10]).sort(), [10, 20, 30, 31])
  })

  it('counts a process once that is a root and a descendant of another', () => {
    assert.deepEqual(pids([20, 10]).sort(), [10, 20, 30, 31])
  })

  it('is empty when the root has ended', () => {
    assert.deepEqual(pids([99]), [])
  })
})

describe('CPU time', () => {
  it('grows with what a process does', () => {
    const before = cpuMicros([process.pid])
    const until = process.cpuUsage().user + 100_000
    while (process.cpuUsage().user < until);
    assert.ok(cpuMicros([process.pid]) > before)
  })
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { endpointOf } from '../../../src/bench/load/endpoint.ts'
import { histogramOf } from '../../../src/bench/load/histogram.ts'
import type { LoadPlan } from '../../../src/bench/load/load-plan.ts'
import { LoadProcess } from '../../../src/bench/load/load-process.ts'
import { freePort } from '../../../src/bench/servers/free-port.ts'
import { Programs } from '../../../src/bench/servers/programs.ts'
import { startProgram } from '../../support/processes.ts'

const programs = new Programs()
after(() => programs.close())

async function startServer(stallMs: number) {
  const program = await startProgram({
    command: process.execPath,
    arguments: [join(import.meta.dirname, 'stalling-server.ts'), String(stallMs)],
    ready: /listening on (\d+)/,
  })
  return { program, port: Number(program.readyLine![1]) }
}

function planFor(port: number, plan: Partial<LoadPlan>): LoadPlan {
  return {
    endpoint: endpointOf(new URL(`http://127.0.0.1:${port}/`)),
    arrivals: { kind: 'steady', perSecond: 400, seconds: 4 },
    groups: [{ kind: 'visitor', weight: 1, pages: { kind: 'in-turn', paths: ['/'] } }],
    // Longer than a busy machine makes anybody wait.
    patienceMs: 60_000,
    connectionsMax: 1_000,
    readsBodies: false,
    ...plan,
  }
}

describe('the open-loop sender', () => {
  it('sends everybody who is due, and shows a stall of 50 ms a second in p99.9', async () => {
    const { program, port } = await startServer(50)
    const result = await new LoadProcess(programs).run(planFor(port, {}))
    await program.kill()
    const { offered, served, latency } = result.kinds.visitor!
    assert.deepEqual([offered, served], [1600, 1600])
    // One in twenty was due during a stall; of those the first one in fifty waited for nearly all of it.
    const p999 = histogramOf(latency).percentileMs(99.9)
    assert.ok(p999 >= 45, `p99.9 is ${p999} ms`)
  })

  it('counts rate × 1 s late visitors when the server is stopped for a second', async () => {
    const { program, port } = await startServer(0)
    const perSecond = 200
    const plan = planFor(port, { arrivals: { kind: 'steady', perSecond, seconds: 4 } })
    let resumed: Promise<void> | undefined
    const result = await new LoadProcess(programs).run(plan, {
      progress({ elapsedMs }) {
        if (elapsedMs < 1000 || resumed !== undefined) return
        program.pause()
        resumed = new Promise((resolve) => {
          setTimeout(() => {
            program.resume()
            resolve()
          }, 1000)
        })
      },
    })
    await resumed
    await program.kill()
    const { served, latency } = result.kinds.visitor!
    assert.equal(served, 800)
    // A sender that waits for answers would show one late request for each of its connections.
    const late = histogramOf(latency).countAbove(50)
    assert.ok(late > perSecond * 0.8, `${late} late visitors`)
    assert.ok(histogramOf(latency).maxMs >= 900)
  })

  it('counts visitors who leave with their patience, and not as served', async () => {
    const { program, port } = await startServer(0)
    program.pause()
    const result = await new LoadProcess(programs).run(
      planFor(port, { arrivals: { kind: 'herd', count: 20 }, patienceMs: 300 }),
    )
    await program.kill()
    const { offered, served, left, latency } = result.kinds.visitor!
    assert.deepEqual([offered, served, left], [20, 0, 20])
    assert.ok(histogramOf(latency).percentileMs(50) >= 300)
  })

  it('says what broke when nobody listens', async () => {
    const result = await new LoadProcess(programs).run(
      planFor(await freePort(), { arrivals: { kind: 'herd', count: 5 } }),
    )
    assert.deepEqual(result.kinds.visitor!.broken, { ECONNREFUSED: 5 })
    assert.equal(histogramOf(result.kinds.visitor!.latency).total, 0)
  })

  it('has those wait who find no connection, and serves them all', async () => {
    const { program, port } = await startServer(0)
    const result = await new LoadProcess(programs).run(
      planFor(port, { arrivals: { kind: 'herd', count: 50 }, connectionsMax: 3 }),
    )
    await program.kill()
    assert.equal(result.kinds.visitor!.served, 50)
  })

  it('runs a closed loop and slow readers beside', async () => {
    const { program, port } = await startServer(0)
    const result = await new LoadProcess(programs).run(
      planFor(port, {
        arrivals: { kind: 'steady', perSecond: 50, seconds: 1 },
        closedLoop: { connections: 2, seconds: 1, paths: ['/a', '/b'], agent: 'test' },
        slowReaders: { count: 3, overSeconds: 0.5, path: '/', bytesPerSecond: 4000 },
      }),
    )
    await program.kill()
    assert.equal(result.kinds.visitor!.served, 50)
    assert.ok(result.closedLoop!.requests > 0)
    assert.equal(result.closedLoop!.errors, 0)
    assert.equal(result.slowReaders!.begun, 3)
    assert.ok(result.slowReaders!.bytesRead > 0)
  })
})

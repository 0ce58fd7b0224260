import { join } from 'node:path'
import { ask } from '../support/http-get.ts'
import type { MemoryReport } from '../support/memory-probe.ts'
import { probeOf } from '../support/probe.ts'
import { requestFields } from '../support/request-head.ts'
import { startBreakwater, startPeer } from '../support/server.ts'
import type { Bench } from './bench.ts'
import { type ChurnFigures, hotCount, measureChurn } from './churn.ts'
import { fill } from './fill.ts'
import type { GoalResult } from './results.ts'

/** What stored responses cost in memory, and what collecting garbage among very many of them costs in time. */
export interface MemoryFigures {
  readonly overheadAt: number
  /** For each stored response of 1 KB; external and resident without the body itself. */
  readonly overhead: { readonly heapBytes: number; readonly externalBytes: number; readonly residentBytes: number }
  /** How many were stored for what follows, by a sample. */
  readonly storedAt: number
  readonly pauses: { readonly fullCollectionMs: number; readonly majorMsMax: number; readonly minorMsMax: number }
  readonly churn: ChurnFigures & { readonly majorPauseMsMax: number }
  /** The same load on nginx, where it is installed: how much of a tail is that of the load and of the machine. */
  readonly nginxChurn: ChurnFigures | undefined
}

export const memoryQuestion = {
  name: 'memory',
  title: 'Memory for very many stored responses',
  remark: 'All are fetched and stored through the port; the process itself tells its memory and its collections.',
}

const bodyBytes = 1024
const prefix = `/page/${bodyBytes}/o`
const p999MsMax = 10

export function memoryGoals({ churn, storedAt }: MemoryFigures, isQuick: boolean): readonly GoalResult[] {
  const what = `p99.9 of hits with ${isQuick ? '100,000' : '1 million'} stored responses under churn`
  // What was stored may be a little less than was wanted, and much less when the budget is not used as it was before.
  const isEnough = storedAt > 0.9 * counts(isQuick).stored
  return [{ what, max: p999MsMax, unit: ' ms', measured: isEnough ? churn.p999Ms : undefined }]
}

function counts(isQuick: boolean): { readonly overhead: number; readonly stored: number } {
  return isQuick ? { overhead: 20_000, stored: 100_000 } : { overhead: 200_000, stored: 1_000_000 }
}

export async function measureMemory(bench: Bench): Promise<MemoryFigures> {
  const { progress, settings } = bench
  const count = counts(settings.isQuick)
  progress.step('memory: how much of the budget a response takes')
  const budgetMiB = Math.ceil(((await budgetBytesEach(bench)) * count.stored) / 1024 ** 2)
  const { server, probe } = await startProbed(`${budgetMiB}MiB`, bench)
  try {
    const store = (first: number, last: number) => {
      progress.step(`memory: storing responses ${first} to ${last}`)
      return fill({ port: server.port, prefix, first, count: last - first + 1 }, bench)
    }
    // Code is compiled and tables have their first size before the memory counts.
    await fill({ port: server.port, prefix: `/page/${bodyBytes}/before`, first: 1, count: 2000 }, bench)
    const empty = await probe()
    const overheadAt = await store(1, count.overhead)
    const some = await probe()
    // A little more than there is room for: from then on each new one evicts another.
    const last = await store(overheadAt + 1, Math.ceil(count.stored * 1.03))
    const full = await probe()
    const storedAt = Math.round((await storedShare(server.port, last, bench)) * last)
    const churn = await measureChurn(server, { prefix, last }, bench)
    const { majorPauseMsMax } = await probe()
    await server.stop()
    const each = (key: keyof MemoryReport, beyond: number) => (some[key] - empty[key]) / overheadAt - beyond
    return {
      overheadAt,
      overhead: {
        heapBytes: each('heapBytes', 0),
        externalBytes: each('externalBytes', bodyBytes),
        residentBytes: each('residentBytes', bodyBytes),
      },
      storedAt,
      pauses: {
        fullCollectionMs: full.fullCollectionMs,
        majorMsMax: Math.max(some.majorPauseMsMax, full.majorPauseMsMax),
        minorMsMax: Math.max(some.minorPauseMsMax, full.minorPauseMsMax),
      },
      churn: { ...churn, majorPauseMsMax },
      nginxChurn: await measureNginxChurn(bench),
    }
  } catch (error) {
    await server.stop()
    throw new Error(
      `${(error as Error).message}; Breakwater wrote: ${server.program.stderr().slice(-2000) || 'nothing'}`,
    )
  } finally {
    await server.stop()
  }
}

/** By Breakwater's own account, which its budget is in: how many fit into a small one. */
async function budgetBytesEach(bench: Bench): Promise<number> {
  const budgetBytes = 32 * 1024 ** 2
  const count = budgetBytes / bodyBytes
  const server = await startBreakwater({ name: 'Breakwater', memory: '32MiB' }, bench.place)
  try {
    const last = await fill({ port: server.port, prefix, first: 1, count }, bench)
    return budgetBytes / ((await storedShare(server.port, last, bench)) * last)
  } finally {
    await server.stop()
  }
}

/** Of `PREFIX1` to `PREFIXlast`, by asking for some; the newest first, because what is not stored gets stored. */
async function storedShare(port: number, last: number, { origin }: Bench): Promise<number> {
  const sample = 500
  // As the load asks: the host is part of the cache key.
  const head = requestFields('minimal')
  const before = await origin.requests()
  for (let i = 0; i < sample; i++) await ask(port, `${prefix}${last - Math.floor((i * last) / sample)}`, head)
  return 1 - ((await origin.requests()) - before) / sample
}

async function startProbed(memory: string, { place }: Bench) {
  const probeFile = join(import.meta.dirname, '../support/memory-probe.ts')
  const nodeArguments = ['--expose-gc', '--import', probeFile]
  const server = await startBreakwater({ name: 'Breakwater', memory, nodeArguments }, place)
  return { server, probe: await probeOf<MemoryReport>(server.program) }
}

async function measureNginxChurn(bench: Bench): Promise<ChurnFigures | undefined> {
  const nginx = bench.peers.find(({ peer }) => peer.package === 'nginx')
  if (nginx === undefined) return undefined
  const server = await startPeer(nginx, { accessLog: false }, bench.place)
  try {
    const last = await fill({ port: server.port, prefix, first: 1, count: hotCount }, bench)
    return await measureChurn(server, { prefix, last }, bench)
  } finally {
    await server.stop()
  }
}

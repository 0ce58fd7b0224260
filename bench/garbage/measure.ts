import { join } from 'node:path'
import type { Question } from '../hits/question.ts'
import { CORES } from '../support/bench-program.ts'
import { withNewUrls } from '../support/load.ts'
import { startOrigin } from '../support/origin-process.ts'
import { probeOf } from '../support/probe.ts'
import { ramFolder } from '../support/ram-folder.ts'
import { startBreakwater } from '../support/server.ts'
import { runLoad } from '../support/wrk.ts'
import type { Allocated } from './garbage-probe.ts'

/** What requests of one kind allocate on the heap. */
export interface Garbage {
  readonly question: string
  readonly requests: number
  readonly bytesPerRequest: number
  /** The most of it first. */
  readonly functions: readonly { readonly where: string; readonly bytesPerRequest: number }[]
}

const connections = 64
/** Until V8 has compiled what is on the way of a request: before that more is allocated. */
const warmUpSeconds = 15
const probeFile = join(import.meta.dirname, 'garbage-probe.ts')

/** Starts Breakwater in front of an origin, and asks it the question for so many seconds. */
export async function measureGarbage({ name, load }: Question, seconds: number): Promise<Garbage> {
  const folder = ramFolder()
  const origin = await startOrigin(CORES.load)
  const place = { folder: folder.path, originPort: origin.port, cores: `${CORES.server}` }
  const server = await startBreakwater({ name: 'Breakwater', nodeArguments: ['--import', probeFile] }, place)
  try {
    const allocated = await probeOf<readonly Allocated[]>(server.program)
    const to = { port: server.port, connections, core: CORES.load, folder: folder.path }
    await runLoad(withNewUrls(load), { ...to, seconds: warmUpSeconds })
    await allocated()
    const { requests } = await runLoad(withNewUrls(load), { ...to, seconds })
    const functions = (await allocated())
      .map(({ where, bytes }) => ({ where, bytesPerRequest: bytes / requests }))
      .sort((a, b) => b.bytesPerRequest - a.bytesPerRequest)
    const bytesPerRequest = functions.reduce((sum, one) => sum + one.bytesPerRequest, 0)
    return { question: name, requests, bytesPerRequest, functions }
  } finally {
    await server.stop()
    await origin.stop()
    folder.remove()
  }
}

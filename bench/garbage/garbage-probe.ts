/*
 * Loaded into the measured process with `node --import`: a probe that says which function has allocated how many bytes since it was
 * asked last, collected ones included. V8 takes samples and estimates by them.
 */
import { type HeapProfiler, Session } from 'node:inspector/promises'
import { startProbe } from '../support/probe.ts'

export interface Allocated {
  /** Its name, file and line; `(native)` for what is below all of ours. */
  readonly where: string
  readonly bytes: number
}

/** Bytes between two samples, on average: the sum of a second of load is then known to a percent. */
const SAMPLING_INTERVAL = 2048

const session = new Session()
session.connect()

const begin = () =>
  session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })

async function allocated(): Promise<Allocated[]> {
  const { profile } = await session.post('HeapProfiler.stopSampling')
  await begin()
  const bytes = new Map<string, number>()
  const nodes = [profile.head]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const where = nameOf(node)
    bytes.set(where, (bytes.get(where) ?? 0) + node.selfSize)
    nodes.push(...node.children)
  }
  return [...bytes].map(([where, sum]) => ({ where, bytes: sum }))
}

function nameOf({ callFrame }: HeapProfiler.SamplingHeapProfileNode): string {
  const { functionName, url, lineNumber } = callFrame
  if (url === '') return functionName === '' ? '(anonymous)' : functionName
  const file = url.startsWith('node:') ? url : url.replace(/^.*\/src\//, '')
  return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`
}

await begin()
startProbe(allocated)

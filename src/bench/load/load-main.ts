import { runClosedLoop } from './closed-loop.ts'
import type { FromLoad, LoadPlan, LoadResult } from './load-plan.ts'
import { OpenLoop } from './open-loop.ts'
import { SlowReaders } from './slow-readers.ts'

/*
 * The load process: gets one plan over its channel, carries it out, tells how it goes, and ends. When the channel
 * closes, whoever wanted the load is gone.
 */
const progressEveryMs = 200

process.on('disconnect', () => process.exit(1))
process.once('message', (message: unknown) => {
  // The parent is this program's own `LoadProcess`, which sends nothing else.
  carryOut(message as LoadPlan)
    .then((result) => tell({ type: 'result', result }))
    .catch((error: unknown) =>
      tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
    )
})
tell({ type: 'ready' })

async function carryOut(plan: LoadPlan): Promise<LoadResult> {
  const loop = new OpenLoop(plan)
  const slow = plan.slowReaders && new SlowReaders(plan.endpoint, plan.slowReaders)
  const cpuBefore = process.cpuUsage()
  tell({ type: 'begun', atMs: Date.now() })
  const closed = plan.closedLoop && runClosedLoop(plan.endpoint, plan.closedLoop)
  // Awaited below; a failure must not count as unhandled until then.
  closed?.catch(() => {})
  const timer = setInterval(
    () => tell({ type: 'progress', progress: loop.counts.progress(loop.elapsedMs, loop.underWay) }),
    progressEveryMs,
  )
  await loop.run()
  const elapsedMs = loop.elapsedMs
  const closedLoop = await closed
  clearInterval(timer)
  const cpu = process.cpuUsage(cpuBefore)
  return {
    startedAtMs: loop.startedAtMs,
    kinds: loop.counts.kinds(),
    seconds: loop.counts.seconds(),
    fromSent: loop.counts.fromSent.data,
    client: {
      lateP99Ms: loop.counts.lateness.percentileMs(99),
      cpuShare: (cpu.user + cpu.system) / 1000 / Math.max(1, elapsedMs),
    },
    ...loop.checks.result,
    ...(slow && { slowReaders: slow.stop() }),
    ...(closedLoop && { closedLoop }),
  }
}

function tell(message: FromLoad): void {
  process.send?.(message)
}

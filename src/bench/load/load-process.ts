import { forkModule } from '../servers/fork-module.ts'
import type { Programs } from '../servers/programs.ts'
import type { FromLoad, LoadPlan, LoadProgress, LoadResult } from './load-plan.ts'

export interface LoadListeners {
  /** @param atMs milliseconds since the epoch */
  begun?(atMs: number): void
  progress?(progress: LoadProgress): void
}

/** Runs a load in a process of its own. @throws when that process fails */
export async function runLoad(programs: Programs, plan: LoadPlan, listeners: LoadListeners = {}): Promise<LoadResult> {
  const done = Promise.withResolvers<LoadResult>()
  const child = programs.adopt(forkModule('../load/load-main'))
  child.on('message', (message: FromLoad) => {
    switch (message.type) {
      case 'ready':
        child.send(plan)
        break
      case 'begun':
        listeners.begun?.(message.atMs)
        break
      case 'progress':
        listeners.progress?.(message.progress)
        break
      case 'result':
        done.resolve(message.result)
        break
      case 'failed':
        done.reject(new Error(`The load process failed: ${message.message}`))
    }
  })
  child.on('exit', (code, signal) => done.reject(new Error(`The load process ended early (${signal ?? code})`)))
  try {
    return await done.promise
  } finally {
    await programs.end(child)
  }
}

import { parentPort, workerData } from 'node:worker_threads'
import type { FromThread, ThreadData, ToThread } from '../../src/workers/thread-messages.ts'

// A worker that carries no traffic: it says that it listens, lives until it is told to stop, and dies when its host is `die`.
const { config } = workerData as ThreadData
parentPort!.postMessage({ type: 'listening', addresses: ['http://127.0.0.1:1'] } satisfies FromThread)
parentPort!.on('message', (message: ToThread) => {
  if (message.type === 'stop') parentPort!.close()
})
if (config.viaName === 'dies') setImmediate(() => Promise.reject(new Error('something went wrong')))

import { parentPort, workerData } from 'node:worker_threads'
import type { FromThread, ThreadData, ToThread } from '../../src/workers/thread-messages.ts'

const memory = { keys: 1, bytes: 2, bytesMax: 3, hits: 4, misses: 5, stored: 6, evicted: 7, refused: 8 }
const counts = { connections: 9, handedOver: 10, memory }

// A worker that carries no traffic: it says that it listens, lives until it is told to stop, and dies when its host is `die`.
const { config } = workerData as ThreadData
parentPort!.postMessage({ type: 'listening', addresses: ['http://127.0.0.1:1'] } satisfies FromThread)
parentPort!.on('message', (message: ToThread) => {
  if (message.type === 'stop') parentPort!.close()
  if (message.type === 'count') parentPort!.postMessage({ type: 'counted', counts } satisfies FromThread)
})
if (config.viaName === 'dies') setImmediate(() => Promise.reject(new Error('something went wrong')))

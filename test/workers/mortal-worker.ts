import { parentPort, workerData } from 'node:worker_threads'
import type { FromThread, ThreadData, ToThread } from '../../src/workers/thread-messages.ts'

const memory = { keys: 1, bytes: 2, bytesMax: 3, hits: 4, misses: 5, stored: 6, evicted: 7, refused: 8 }
const counts = { connections: 9, handedOver: 10, memory }

// A worker that carries no traffic: it says that it listens and lives until it is told to stop. Called `dies` it dies at once;
// called `silent` the second of them answers nothing, called `ends` it ends when it is asked.
const { config, index } = workerData as ThreadData
parentPort!.postMessage({ type: 'listening', addresses: ['http://127.0.0.1:1'] } satisfies FromThread)
parentPort!.on('message', (message: ToThread) => {
  if (message.type === 'stop') parentPort!.close()
  if (message.type !== 'call') return
  if (index === 1 && config.viaName === 'ends') process.exit(0)
  if (index === 1 && config.viaName === 'silent') return
  const answer = { kind: 'answer', answer: counts } as const
  parentPort!.postMessage({ type: 'answered', id: message.call.id, answer } satisfies FromThread)
})
if (config.viaName === 'dies') setImmediate(() => Promise.reject(new Error('something went wrong')))

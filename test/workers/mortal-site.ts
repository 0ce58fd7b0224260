import { parentPort } from 'node:worker_threads'
import type { ToThread } from '../../src/workers/thread-messages.ts'

// A worker as in the program, but for one thing: asked for its problems it dies. It hears so before the worker does.
parentPort!.on('message', (message: ToThread) => {
  if (message.type === 'call' && message.call.name === 'problems') process.exit(1)
})
await import('../../src/worker-main.ts')

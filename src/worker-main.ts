import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from './clock.ts'
import { type RunningSite, startSite } from './site/start-site.ts'
import { BoxPeers } from './workers/peers.ts'
import type { FromThread, ThreadData, ToThread } from './workers/thread-messages.ts'

// One worker thread: a site like any other, joined to those of the other threads.
const port = parentPort
if (port === null) throw new Error('This module runs in a worker thread; start the program with main.ts')
const tell = (message: FromThread): void => port.postMessage(message)

const { config, index, count } = workerData as ThreadData
const clock = systemClock()
const peers = new BoxPeers({
  index,
  count,
  clock,
  onUnresponsive: (other) => tell({ type: 'unresponsive', index: other }),
})
let running: RunningSite | undefined
const stopping = Promise.withResolvers<void>()
port.on('message', (message: ToThread) => {
  if (message.type === 'peer') peers.connect(message.index, message.port)
  else if (message.type === 'stop') stopping.resolve()
  else void running?.counts().then((counts) => tell({ type: 'counted', counts }))
})

try {
  running = await startSite(config, clock, { workers: count, peers })
  tell({ type: 'listening', addresses: running.addresses })
  await stopping.promise
  await running.stop()
} catch (error) {
  const { message, syscall } = error as NodeJS.ErrnoException
  tell({ type: 'cannot-start', message, syscall })
}
port.close()

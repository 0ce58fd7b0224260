import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from './clock.ts'
import { answerCall } from './control/answer-call.ts'
import type { CallMessage, Question } from './control/calls.ts'
import { type RunningSite, startSite } from './site/start-site.ts'
import { BoxPeers } from './workers/peers.ts'
import type { FromThread, ThreadData, ToThread } from './workers/thread-messages.ts'

// One worker thread: a site like any other, joined to those of the other threads.
const port = parentPort
if (port === null) throw new Error('This module runs in a worker thread; start the program with main.ts')
const tell = (message: FromThread): void => port.postMessage(message)

const { config, index, count, inherited, originOrders } = workerData as ThreadData
const clock = systemClock()
const peers = new BoxPeers({
  index,
  count,
  clock,
  onUnresponsive: (other) => tell({ type: 'unresponsive', index: other }),
})
let running: RunningSite | undefined

async function answer({ id, name, question }: CallMessage): Promise<void> {
  // The question came with its name, from a place where the two were checked against each other.
  const given = await answerCall(running?.handlers, name, question as Question<typeof name>)
  try {
    tell({ type: 'answered', id, answer: given })
  } catch (error) {
    // An answer that is no plain data is a defect, of this call only.
    tell({ type: 'answered', id, answer: { kind: 'failed', why: String(error) } })
  }
}

const stopping = Promise.withResolvers<void>()
port.on('message', (message: ToThread) => {
  if (message.type === 'peer') peers.connect(message.index, message.port)
  else if (message.type === 'stop') stopping.resolve()
  else void answer(message.call)
})

try {
  running = await startSite(config, {
    clock,
    inherited,
    box: { workers: count, index, peers, originOrders },
    ...(index === 0 && { onInvalidated: (invalidations) => tell({ type: 'invalidated', invalidations }) }),
  })
  tell({ type: 'listening', addresses: running.addresses })
  await stopping.promise
  await running.stop()
} catch (error) {
  const { message, syscall } = error as NodeJS.ErrnoException
  tell({ type: 'cannot-start', message, syscall })
}
port.close()

/*
 * Requests at an even pace, whatever becomes of those before: `node steady-load.ts PORT PER_SECOND SECONDS`. Nine of ten ask for
 * one of a few pages, which memory has; each tenth for one of many, in turn. When it ends it writes a line of JSON:
 * `[scheduledMs, latencyMs, kind, status, sentLateMs]` of each that was answered, kind 0 for memory and 1 for the tier. Latencies are
 * from the scheduled moment; `sentLateMs` of it is our own doing, or that of 256 requests under way.
 */
import { connect, type Socket } from 'node:net'
import { EACH_NTH, memoryPage, tierPage } from './outage-pages.ts'

const [port, perSecond, seconds] = process.argv.slice(2).map(Number) as [number, number, number]
const total = perSecond * seconds
// Made ahead: what grows with every request makes the collector of garbage stop the load.
const latencyMs = new Float64Array(total).fill(Number.NaN)
const sentLateMs = new Float64Array(total)
const statuses = new Uint16Array(total)
const idle: Client[] = []
const startMs = performance.now()

/** One connection, one request at a time. */
class Client {
  readonly #socket: Socket
  #text = ''
  #bytesLeft: number | undefined
  #status = 0
  #done: (status: number) => void = () => {}

  constructor() {
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true)
    // Without an encoding it is never a string.
    this.#socket.on('data', (bytes) => typeof bytes === 'string' || this.#read(bytes))
    this.#socket.on('error', () => this.#done(0))
    this.#socket.on('close', () => this.#done(0))
  }

  ask(path: string, done: (status: number) => void): void {
    this.#done = done
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: www.example.com\r\n\r\n`)
  }

  #read(bytes: Buffer): void {
    if (this.#bytesLeft === undefined) {
      this.#text += bytes.toString('latin1')
      const headEnd = this.#text.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      this.#status = Number(this.#text.slice(9, 12))
      const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(this.#text) ?? []
      this.#bytesLeft = Number(length) - (this.#text.length - headEnd - 4)
      this.#text = ''
    } else {
      this.#bytesLeft -= bytes.length
    }
    if (this.#bytesLeft > 0) return
    this.#bytesLeft = undefined
    const done = this.#done
    this.#done = () => {}
    idle.push(this)
    done(this.#status)
    waiting.shift()?.()
  }
}

/** Waiting for a connection, when all are taken: latencies go on counting. */
const waiting: (() => void)[] = []
const CONNECTIONS = 256
let sent = 0

function kindOf(request: number): 0 | 1 {
  return request % EACH_NTH === 0 ? 1 : 0
}

function scheduledMs(request: number): number {
  return (request * 1000) / perSecond
}

function sendDue(): void {
  const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1000) * perSecond))
  for (; sent < due; sent++) {
    const number = sent
    const path = kindOf(number) === 1 ? tierPage(number / EACH_NTH) : memoryPage(number)
    const lateMs = () => performance.now() - startMs - scheduledMs(number)
    const send = (): void => {
      sentLateMs[number] = lateMs()
      idle.pop()?.ask(path, (status) => {
        latencyMs[number] = lateMs()
        statuses[number] = status
      })
    }
    if (idle.length > 0) send()
    else waiting.push(send)
  }
  if (sent < total) setTimeout(sendDue, 1)
  else setTimeout(finish, 3_000)
}

function finish(): void {
  const samples: number[][] = []
  for (const [i, latency] of latencyMs.entries()) {
    if (Number.isNaN(latency)) continue
    const rounded = [scheduledMs(i).toFixed(1), latency.toFixed(2), kindOf(i), statuses[i], sentLateMs[i]!.toFixed(2)]
    samples.push(rounded.map(Number))
  }
  process.stdout.write(`samples ${JSON.stringify(samples)}\n`, () => process.exit(0))
}

for (let i = 0; i < CONNECTIONS; i++) idle.push(new Client())
sendDue()

import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './endpoint.ts'
import type { SlowReadersPlan, SlowReadersResult } from './load-plan.ts'

const stepMs = 250

/** Clients on bad lines: each asks for something large and takes it a little at a time, until `stop`. */
export class SlowReaders {
  readonly #sockets: Socket[] = []
  readonly #arriving: NodeJS.Timeout
  readonly #timer: NodeJS.Timeout
  #bytesRead = 0
  #cutOff = 0
  #isStopping = false

  constructor(endpoint: Endpoint, plan: SlowReadersPlan) {
    // One after the other: what the kernel buffers for all of them in one moment would be a flood of its own.
    const everyMs = (plan.overSeconds * 1000) / plan.count
    this.#arriving = setInterval(() => {
      const due = Math.min(plan.count, Math.floor((performance.now() - startMs) / everyMs))
      while (this.#sockets.length < due) this.#sockets.push(this.#open(endpoint, plan.path))
    }, 10)
    const startMs = performance.now()
    const piece = Math.ceil((plan.bytesPerSecond * stepMs) / 1000)
    this.#timer = setInterval(() => {
      for (const socket of this.#sockets)
        this.#bytesRead += socket.read(Math.min(piece, socket.readableLength))?.length ?? 0
    }, stepMs)
  }

  stop(): SlowReadersResult {
    this.#isStopping = true
    clearInterval(this.#arriving)
    clearInterval(this.#timer)
    for (const socket of this.#sockets) socket.destroy()
    return { begun: this.#sockets.length, cutOff: this.#cutOff, bytesRead: this.#bytesRead }
  }

  #open({ host, port, isTls, authority }: Endpoint, path: string): Socket {
    const socket = isTls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port })
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: slow reader\r\nConnection: close\r\n\r\n`)
    // Paused mode: what is not read stays in the kernel's buffers, and then with the server.
    socket.on('readable', () => {})
    socket.on('error', () => {})
    socket.on('close', () => {
      if (!this.#isStopping) this.#cutOff += 1
    })
    return socket
  }
}

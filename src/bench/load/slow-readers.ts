import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './endpoint.ts'
import type { SlowReadersPlan, SlowReadersResult } from './load-plan.ts'

const stepMs = 250

/** Clients on bad lines: each asks for something large and takes it a little at a time, until `stop`. */
export class SlowReaders {
  readonly #sockets: Socket[] = []
  readonly #timer: NodeJS.Timeout
  #bytesRead = 0
  #cutOff = 0
  #isStopping = false

  constructor(endpoint: Endpoint, plan: SlowReadersPlan) {
    for (let i = 0; i < plan.count; i++) this.#sockets.push(this.#open(endpoint, plan.path))
    const piece = Math.ceil((plan.bytesPerSecond * stepMs) / 1000)
    this.#timer = setInterval(() => {
      for (const socket of this.#sockets)
        this.#bytesRead += socket.read(Math.min(piece, socket.readableLength))?.length ?? 0
    }, stepMs)
  }

  stop(): SlowReadersResult {
    this.#isStopping = true
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

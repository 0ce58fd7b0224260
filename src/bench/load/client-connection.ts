import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { BodyDecoder, type BodyEvents } from '../../http1/body-decoder.ts'
import { connectionPersists, responseFraming } from '../../http1/framing.ts'
import { type ResponseHead, ResponseHeadReader } from '../../http1/head.ts'
import type { Endpoint } from './endpoint.ts'

/** What is told of a request on a connection: exactly one of these. */
export interface AnswerEvents {
  /** @param body the bytes as received, only when they were asked for. @param isReusable whether another request may follow */
  answered(head: ResponseHead, body: Buffer | undefined, isReusable: boolean): void
  /** The connection is gone. */
  failed(why: string): void
}

const headLimits = { headBytesMax: 256 * 1024, fieldsMax: 500, targetBytesMax: 0 }
const bodyLimits = { trailerBytesMax: 65_536, trailerFieldsMax: 100, extensionBytesMax: 65_536 }

/** A visitor's connection: one GET at a time, as cheap as it can be, so that the sender is not what is measured. */
export class ClientConnection implements BodyEvents {
  readonly #socket: Socket
  readonly #head = new ResponseHeadReader(headLimits)
  #events: AnswerEvents | undefined
  #received: ResponseHead | undefined
  #decoder: BodyDecoder | undefined
  #pieces: Buffer[] | undefined
  #onIdleEnd: () => void = () => {}

  constructor(endpoint: Endpoint) {
    const { host, port, isTls } = endpoint
    // The certificate is the site's business, not that of a measurement against an address of it.
    this.#socket = isTls
      ? connectTls({ host, port, servername: endpoint.authority.replace(/:\d+$/, ''), rejectUnauthorized: false })
      : connect({ host, port, noDelay: true })
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.message))
    this.#socket.on('close', () => this.#closed())
  }

  /** Called when the server closes it while nothing is under way. */
  onIdleEnd(listener: () => void): void {
    this.#onIdleEnd = listener
  }

  get(head: string, events: AnswerEvents, options: { readonly keepsBody: boolean }): void {
    this.#events = events
    this.#pieces = options.keepsBody ? [] : undefined
    this.#socket.write(head, 'latin1')
  }

  close(): void {
    this.#events = undefined
    this.#onIdleEnd = () => {}
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    let at = 0
    while (this.#events !== undefined) {
      if (this.#decoder !== undefined) {
        at = this.#decoder.decode(chunk, at, this)
        return
      }
      const result = this.#head.read(chunk, at)
      if (result.kind === 'incomplete') return
      if (result.kind === 'refused') return this.#fail(result.reason)
      at = result.end
      // 1xx: the response is still to come (RFC 9110 §15.2).
      if (result.head.status < 200) continue
      const framing = responseFraming(result.head, 'GET')
      if (framing.kind === 'refused') return this.#fail(framing.reason)
      this.#received = result.head
      this.#decoder = new BodyDecoder(framing, bodyLimits)
    }
  }

  data(bytes: Buffer): void {
    this.#pieces?.push(bytes)
  }

  end(): void {
    const [events, head, pieces] = [this.#events, this.#received!, this.#pieces]
    this.#events = undefined
    this.#received = undefined
    this.#decoder = undefined
    const isReusable = connectionPersists(head) && this.#socket.writable
    events?.answered(head, pieces && Buffer.concat(pieces), isReusable)
  }

  refused(reason: string): void {
    this.#fail(reason)
  }

  #closed(): void {
    this.#decoder?.finish(this)
    if (this.#events === undefined) this.#onIdleEnd()
    else this.#fail('closed without a whole response')
  }

  #fail(why: string): void {
    const events = this.#events
    this.#events = undefined
    this.#socket.destroy()
    events?.failed(why)
  }
}

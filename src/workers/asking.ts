import { ProxyError } from '../errors.ts'
import type { BodySink, BodySource } from '../http/body.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { PeerHandler } from '../proxy/peers.ts'
import { bufferOf, errorFrom, type PeerMessage, type PortableHead, storedFrom } from './peer-messages.ts'

/** The asking side of one question to the owner of a key. */
export class Asking implements BodySource {
  readonly #id: number
  readonly #post: (message: PeerMessage) => void
  readonly #handler: PeerHandler
  readonly #onDone: () => void
  #phase: 'asked' | 'answering' | 'done' = 'asked'
  length: number | undefined
  #sink: BodySink | undefined
  #held = false
  /** What arrived before the body was started, or while its reader held. */
  #waiting: PeerMessage[] = []

  constructor(id: number, post: (message: PeerMessage) => void, handler: PeerHandler, onDone: () => void) {
    this.#id = id
    this.#post = post
    this.#handler = handler
    this.#onDone = onDone
  }

  receive(message: PeerMessage): void {
    switch (message.type) {
      case 'stored':
        this.#done()
        return this.#handler.onStored(storedFrom(message.stored))
      case 'released':
        return this.lost()
      case 'head':
        return this.#head(message.head)
      case 'fail':
        if (this.#phase !== 'asked') return this.#body(message)
        this.#done()
        return this.#handler.onError(errorFrom(message.error), message.cover && storedFrom(message.cover))
      case 'chunk':
      case 'end':
        return this.#body(message)
      default:
        return
    }
  }

  /** The owner has gone, or gives up. Before the head nothing is lost; after it the body is cut. */
  lost(): void {
    if (this.#phase === 'asked') {
      this.#done()
      this.#handler.onReleased()
    } else if (this.#phase === 'answering') {
      const error = new ProxyError('INTERNAL', 'The thread that fetched the response has ended', {
        source: 'internal',
        status: 502,
        retryable: true,
      })
      this.#body({ type: 'fail', id: this.#id, error })
    }
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#deliver()
  }

  resume(): void {
    this.#held = false
    this.#deliver()
  }

  cancel(): void {
    if (this.#phase === 'done') return
    this.#post({ type: 'cancel', id: this.#id })
    this.#sink = undefined
    this.#waiting = []
    this.#done()
  }

  #head(head: PortableHead): void {
    this.#phase = 'answering'
    this.length = head.length
    const { hasBody, length: _, ...rest } = head
    const response: OriginResponse = { ...rest, body: hasBody ? this : undefined }
    if (!hasBody) this.#done()
    this.#handler.onResponse(response)
  }

  #body(message: PeerMessage): void {
    if (this.#phase !== 'answering') return
    this.#waiting.push(message)
    this.#deliver()
  }

  #deliver(): void {
    while (this.#sink !== undefined && !this.#held) {
      const message = this.#waiting.shift()
      if (message === undefined) return
      this.#give(message, this.#sink)
    }
  }

  #give(message: PeerMessage, sink: BodySink): void {
    if (message.type === 'chunk') {
      this.#post({ type: 'taken', id: this.#id, bytes: message.bytes.byteLength })
      if (!sink.write(bufferOf(message.bytes))) this.#held = true
      return
    }
    this.#sink = undefined
    this.#done()
    if (message.type === 'end') sink.end(message.trailers)
    else if (message.type === 'fail') sink.fail(errorFrom(message.error))
  }

  #done(): void {
    if (this.#phase === 'done') return
    this.#phase = 'done'
    this.#onDone()
  }
}

import { ProxyError } from '../errors.ts'
import type { BodySink, BodySource } from '../http/body.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { PeerReply } from '../proxy/peers.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { type PeerMessage, portableError } from './peer-messages.ts'

/** Bytes of one body under way to another worker before the owner waits for it. */
const UNDERWAY_BYTES_MAX = 256 * 1024

/** The answering side of one question: passes the response of the owner's flight on while it arrives. */
export class Answering implements PeerReply {
  readonly #id: number
  readonly #post: (message: PeerMessage, transfer?: ArrayBuffer[]) => void
  readonly #onDone: () => void
  #body: BodySource | undefined
  #underwayBytes = 0
  #held = false
  #done = false

  constructor(id: number, post: (message: PeerMessage, transfer?: ArrayBuffer[]) => void, onDone: () => void) {
    this.#id = id
    this.#post = post
    this.#onDone = onDone
  }

  stored(stored: StoredResponse): void {
    this.#end({ type: 'stored', id: this.#id, stored })
  }

  released(): void {
    this.#end({ type: 'released', id: this.#id })
  }

  failed(error: ProxyError, cover?: StoredResponse): void {
    this.#end({ type: 'fail', id: this.#id, error: portableError(error), cover })
  }

  respond(response: OriginResponse, body: BodySource | undefined): void {
    if (this.#done) return body?.cancel(cancelled())
    const { body: _, ...head } = response
    this.#post({ type: 'head', id: this.#id, head: { ...head, hasBody: body !== undefined, length: body?.length } })
    if (body === undefined) return this.#finish()
    this.#body = body
    body.start(this.#sink())
  }

  /** The asking worker has used so many bytes. */
  taken(bytes: number): void {
    this.#underwayBytes -= bytes
    if (!this.#held || this.#underwayBytes > UNDERWAY_BYTES_MAX / 2) return
    this.#held = false
    this.#body?.resume()
  }

  /** The asking worker does not want it any more, or is gone. */
  cancel(): void {
    if (this.#done) return
    this.#finish()
    this.#body?.cancel(cancelled())
  }

  #sink(): BodySink {
    return {
      write: (chunk) => {
        // A copy of its own: the chunk is also read by others here, and a transferred buffer is gone.
        const bytes = new Uint8Array(chunk)
        this.#underwayBytes += bytes.byteLength
        this.#post({ type: 'chunk', id: this.#id, bytes }, [bytes.buffer])
        this.#held = this.#underwayBytes >= UNDERWAY_BYTES_MAX
        return !this.#held
      },
      end: (trailers) => this.#end({ type: 'end', id: this.#id, trailers }),
      fail: (error) => this.failed(error),
    }
  }

  #end(message: PeerMessage): void {
    if (this.#done) return
    this.#post(message)
    this.#finish()
  }

  #finish(): void {
    this.#done = true
    this.#onDone()
  }
}

function cancelled(): ProxyError {
  return new ProxyError('CANCELLED', 'The other thread does not want the response any more', {
    source: 'internal',
    status: 499,
  })
}

import type { Socket } from 'node:net'
import type { Scheme } from '../request/authority.ts'

/** Something to be done on a connection, alone and in its turn: an exchange, a refusal, a tunnel. */
export interface Work {
  begin(): void
}

export interface ConnectionOptions {
  readonly scheme: Scheme
  /** Of the other end, as `plainAddress` gives it. */
  readonly peerAddress: string
  readonly acceptedMs: number
  readonly lingerMs: number
}

/**
 * One client connection, on whichever lane. It lets one piece of work be done at a time: node:http hands over pipelined
 * requests all at once, also those behind a request that is refused.
 */
export class Connection {
  readonly socket: Socket
  readonly scheme: Scheme
  readonly peerAddress: string
  /** Requests begun on it. */
  served = 0
  readonly #lingerMs: number
  #current: Work | undefined
  readonly #waiting: Work[] = []
  #isEnding = false
  #isLingering = false
  #unreadRest = false
  /** As the first look at it has noted; undefined until then. */
  #idleSinceMs: number | undefined
  #headSinceMs: number | undefined
  #bytesReadWhenIdle: number
  #headBegun: boolean | undefined

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket
    this.scheme = options.scheme
    this.peerAddress = options.peerAddress
    this.#lingerMs = options.lingerMs
    this.#idleSinceMs = options.acceptedMs
    this.#bytesReadWhenIdle = socket.bytesRead
    // A first request is awaited from the first moment: a connection that says nothing is not an idle one.
    this.#headSinceMs = this.#idleSinceMs
  }

  get current(): Work | undefined {
    return this.#current
  }

  get isIdle(): boolean {
    return this.#current === undefined && this.#waiting.length === 0
  }

  /** Nothing that still arrives is handled (RFC 9112 §9.6). */
  get isEnding(): boolean {
    return this.#isEnding
  }

  /** Begins the work, or keeps it until what came before is done. */
  enqueue(work: Work): void {
    if (this.#isEnding) return
    if (this.#current === undefined && this.#waiting.length === 0) return this.#begin(work)
    this.#waiting.push(work)
    // What is to wait need not be read: the client's pipeline is bounded by one read.
    this.socket.pause()
  }

  /**
   * For a lane that reads heads itself: whether it has the begin of one. Without it, the count of bytes read has to tell,
   * since node:http tells of a head when it is complete.
   */
  set headBegun(isBegun: boolean) {
    this.#headBegun = isBegun
  }

  /** A request was answered in the moment it was read. */
  servedAtOnce(): void {
    this.served++
    this.#idleSinceMs = undefined
    this.#headSinceMs = undefined
    this.#headBegun = false
  }

  /** The lane has something left to do that is no request: the connection is not idle until it says `done`. */
  occupy(work: Work): void {
    this.#current = work
  }

  /** The connection changes to the lane of node:http, which gets `bytes` that were read of the next head. */
  handOver(bytes: number): void {
    this.#headBegun = undefined
    this.#bytesReadWhenIdle = this.socket.bytesRead - bytes
  }

  /** The current work is done and the connection fit for the next. */
  done(): void {
    this.#current = undefined
    this.#idleSinceMs = undefined
    this.#headSinceMs = undefined
    if (this.#headBegun === undefined) this.#bytesReadWhenIdle = this.socket.bytesRead
    if (this.#isEnding || this.#waiting.length === 0) return
    this.#nextLater()
  }

  /** Not at once: a long pipeline of quick answers must let other connections have their turn. */
  #nextLater(): void {
    setImmediate(() => this.#next())
  }

  /** What comes after the current work is dropped. */
  endAfterCurrent(): void {
    this.#isEnding = true
    this.#waiting.length = 0
  }

  /**
   * Sends the last bytes and closes. While the client still sends, closing outright would make the kernel answer with a
   * reset, which can take the response away before the client has read it: so our side ends, and theirs gets a moment.
   */
  close(lastBytes?: Buffer): void {
    this.endAfterCurrent()
    const { socket } = this
    if (socket.destroyed || this.#isLingering) return
    this.#isLingering = true
    if (lastBytes === undefined) socket.end()
    else socket.end(lastBytes)
    setTimeout(() => socket.destroy(), this.#lingerMs).unref()
    socket.resume()
  }

  /** The last response is out: closes, gently where the client may still be sending. */
  closeAfterResponse(): void {
    this.endAfterCurrent()
    if (this.#unreadRest) this.close()
    else this.socket.destroySoon()
  }

  /** Closes so that the client sees that its response is cut. */
  break(): void {
    this.endAfterCurrent()
    this.socket.resetAndDestroy()
  }

  /**
   * What has been waited for too long; looked at every now and then.
   */
  overdue(nowMs: number, times: { readonly headMs: number; readonly idleMs: number }): 'head' | 'idle' | undefined {
    if (!this.isIdle || this.#isEnding) return undefined
    if (this.#headSinceMs === undefined && this.hasUnfinishedHead) this.#headSinceMs = nowMs
    if (this.#headSinceMs !== undefined) return nowMs - this.#headSinceMs >= times.headMs ? 'head' : undefined
    this.#idleSinceMs ??= nowMs
    return nowMs - this.#idleSinceMs >= times.idleMs ? 'idle' : undefined
  }

  /** Whether the client has sent anything at all, or anything since its last request. */
  get hasUnfinishedHead(): boolean {
    return this.isIdle && (this.#headBegun ?? this.socket.bytesRead > this.#bytesReadWhenIdle)
  }

  #begin(work: Work): void {
    this.#current = work
    this.served++
    work.begin()
  }

  #next(): void {
    if (this.#isEnding) return
    const work = this.#waiting.shift()
    if (this.#waiting.length === 0) this.socket.resume()
    if (work !== undefined) this.#begin(work)
  }

  /** node:http calls `destroySoon` after a response with `Connection: close`; from now on that means our way of closing. */
  lingerOnClose(): void {
    const { socket } = this
    const destroySoon = socket.destroySoon.bind(socket)
    socket.destroySoon = () => {
      if (this.#unreadRest) this.close()
      else destroySoon()
    }
  }

  /** The client may still be sending when the response is out. */
  expectUnreadRest(): void {
    this.#unreadRest = true
  }
}

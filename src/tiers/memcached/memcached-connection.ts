import { connect, type Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import { Inbox } from '../../http1/inbox.ts'
import { StoreError } from '../remote-store.ts'
import { MetaProtocolError, type MetaReply, MetaReplyParser } from './meta-reply-parser.ts'

export interface MemcachedConnectionSettings {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly connectTimeoutMs: number
  /** From a command to its reply. A connection that misses it is ended: a late reply must not meet the next command. */
  readonly silenceMs: number
  readonly valueBytesMax: number
  /** Commands and bytes under way; those above are refused at once. */
  readonly commandsMax: number
  readonly bytesMax: number
}

interface Waiting {
  readonly opaque: string
  readonly deadlineMs: number
  readonly resolve: (reply: MetaReply) => void
  readonly reject: (error: StoreError) => void
}

/** For what all connections of a thread receive, read before the next is. */
const inbox = new Inbox()

/**
 * One connection to one memcached, made when it is needed and made anew after a failure. Commands are pipelined; each has an
 * opaque number that its reply must show.
 */
export class MemcachedConnection {
  readonly #settings: MemcachedConnectionSettings
  readonly #clock: Clock
  #live: LiveConnection | undefined
  #opaque = 0
  #closed = false

  constructor(settings: MemcachedConnectionSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  /**
   * Sends `words` with an opaque, and `data` behind them where there are any.
   *
   * @returns the reply; rejects with a StoreError for an error reply and for a lost connection
   */
  command(words: string, data?: readonly Buffer[]): Promise<MetaReply> {
    if (this.#closed) return Promise.reject(new StoreError('down', 'closed'))
    if (this.#live === undefined || this.#live.isOver) {
      this.#live = new LiveConnection(this.#settings, this.#clock)
    }
    this.#opaque = (this.#opaque + 1) % 1_000_000_000
    return this.#live.send(words, String(this.#opaque), data)
  }

  close(): void {
    this.#closed = true
    this.#live?.end(new StoreError('down', 'closed'))
  }
}

/** A connection from its beginning to its end; nothing of it is used again. */
class LiveConnection {
  readonly #settings: MemcachedConnectionSettings
  readonly #clock: Clock
  readonly #socket: Socket
  readonly #parser: MetaReplyParser
  /** In the order of their commands, which is that of the replies. */
  readonly #waiting: Waiting[] = []
  #cancelTimer: () => void = () => {}
  #timerAtMs = Number.POSITIVE_INFINITY
  /** Lines of this turn that are not written yet. */
  #lines = ''
  isOver = false

  constructor(settings: MemcachedConnectionSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#parser = new MetaReplyParser(settings, (reply) => this.#take(reply))
    this.#socket = connect(settings.address)
    this.#socket.setNoDelay(true)
    const cancelConnecting = clock.after(settings.connectTimeoutMs, () => {
      this.end(new StoreError('down', `no connection in ${settings.connectTimeoutMs} ms`))
    })
    this.#socket.on('connect', () => {
      cancelConnecting()
      this.#listen()
    })
    this.#socket.on('error', (error) => this.end(new StoreError('down', error.message)))
    this.#socket.on('close', () => {
      cancelConnecting()
      this.end(new StoreError('down', 'connection closed'))
    })
  }

  #listen(): void {
    const socket = this.#socket
    if (inbox.attach(socket, (length) => this.#read(inbox.bytes.subarray(0, length)))) socket.resume()
    else socket.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  send(words: string, opaque: string, data?: readonly Buffer[]): Promise<MetaReply> {
    const { commandsMax, bytesMax, silenceMs } = this.#settings
    const bytes = data === undefined ? 0 : data.reduce((sum, piece) => sum + piece.length, 0)
    if (this.#waiting.length >= commandsMax || this.#socket.writableLength + bytes > bytesMax) {
      return Promise.reject(new StoreError('busy', 'too much is under way'))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ opaque, deadlineMs: this.#clock.now() + silenceMs, resolve, reject })
      this.#watch()
      // At the end of the turn, when all that has arrived was looked at: one write for what is asked for in a turn.
      if (this.#lines === '') setImmediate(this.#writeLines)
      this.#lines += `${words} O${opaque}\r\n`
      if (data !== undefined) this.#writeWith(data)
    })
  }

  readonly #writeLines = (): void => {
    const lines = this.#lines
    this.#lines = ''
    if (lines !== '' && !this.isOver) this.#socket.write(lines, 'latin1')
  }

  #writeWith(data: readonly Buffer[]): void {
    this.#socket.cork()
    this.#writeLines()
    for (const piece of data) this.#socket.write(piece)
    this.#socket.write('\r\n')
    this.#socket.uncork()
  }

  /** Ends it for good; everyone who waits is told why. */
  end(why: StoreError): void {
    if (this.isOver) return
    this.isOver = true
    this.#cancelTimer()
    this.#socket.destroy()
    for (const waiting of this.#waiting.splice(0)) waiting.reject(why)
  }

  #read(chunk: Buffer): void {
    // What arrives behind the end is nobody's.
    if (this.isOver) return
    try {
      this.#parser.read(chunk)
    } catch (error) {
      if (!(error instanceof MetaProtocolError)) throw error
      this.end(new StoreError('down', error.message))
    }
  }

  #take(reply: MetaReply): void {
    if (this.isOver) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) throw new MetaProtocolError('a reply to nothing')
    if (isError(reply)) {
      waiting.reject(errorOf(reply))
      // After this one it has not read what followed, or says that it does not know the protocol.
      if (reply.code !== 'SERVER_ERROR') throw new MetaProtocolError(reply.flags[0] ?? reply.code)
      return
    }
    if (!reply.flags.includes(`O${waiting.opaque}`)) {
      waiting.reject(new StoreError('down', 'a reply to another command'))
      throw new MetaProtocolError('a reply to another command')
    }
    waiting.resolve(reply)
  }

  /** One timer for the command that waits longest. */
  #watch(): void {
    const oldest = this.#waiting[0]
    if (oldest === undefined || oldest.deadlineMs >= this.#timerAtMs) return
    this.#cancelTimer()
    this.#timerAtMs = oldest.deadlineMs
    this.#cancelTimer = this.#clock.after(Math.max(1, oldest.deadlineMs - this.#clock.now()), () => {
      // What has arrived is read first: it is not late because this process was busy.
      setImmediate(() => this.#look())
    })
  }

  #look(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY
    const oldest = this.#waiting[0]
    if (this.isOver || oldest === undefined) return
    if (oldest.deadlineMs > this.#clock.now()) return this.#watch()
    this.end(new StoreError('down', `no answer in ${this.#settings.silenceMs} ms`))
  }
}

function isError({ code }: MetaReply): boolean {
  return code === 'ERROR' || code === 'CLIENT_ERROR' || code === 'SERVER_ERROR'
}

function errorOf({ code, flags }: MetaReply): StoreError {
  const text = flags[0] ?? code
  // Out of memory, or too large for an item.
  return new StoreError(code === 'SERVER_ERROR' ? 'refused' : 'down', text.slice(0, 200))
}

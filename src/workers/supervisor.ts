import { MessageChannel, Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { Config, ListenAddress } from '../config/config.ts'
import type { Answer, CallName, OriginOrder, Question } from '../control/calls.ts'
import { OriginOrders } from '../control/origin-orders.ts'
import { ANSWER_MS, type AskOptions, type Gathered, gather, type Threads } from '../control/threads.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { ThreadLine } from './thread-line.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

export interface SupervisorOptions {
  readonly config: Config
  readonly count: number
  readonly clock: Clock
  readonly log: EventLog
  /** The module that runs in each thread. */
  readonly entry: URL
  /** For each worker that finds sockets listening, their descriptors. */
  readonly inherited?: readonly (readonly number[])[]
  /** Hears of everything that is invalidated in this box. */
  readonly onInvalidated?: (invalidations: readonly Invalidation[]) => void
}

/** The first restart is at once; a worker that dies again and again comes back slower, but comes back. */
const RESTART_MS = [0, 200, 1_000, 2_000, 5_000, 10_000]
/** A worker that lived so long has earned a quick restart again. */
const STABLE_MS = 60_000
/** Beyond the drain time, for a thread that does not end by itself. */
const STOP_MARGIN_MS = 2_000

interface Slot {
  worker: Worker | undefined
  line: ThreadLine | undefined
  startedMs: number
  deaths: number
}

/**
 * Runs a worker thread for each slot and joins every two of them by a port. The main thread carries no traffic: it
 * restarts what dies, and stops all.
 */
export class Supervisor implements Threads {
  readonly #options: SupervisorOptions
  readonly #slots: Slot[]
  #config: Config
  /** Where the first worker listens, in the order of `listen`. */
  #listen: readonly ListenAddress[]
  #addresses: readonly string[] = []
  #stopping = false
  readonly #originOrders = new OriginOrders()

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#config = options.config
    this.#listen = options.config.listen
    this.#slots = Array.from({ length: options.count }, () => ({
      worker: undefined,
      line: undefined,
      startedMs: 0,
      deaths: 0,
    }))
  }

  /**
   * Starts all workers; the first one chooses the ports where the system is to choose.
   *
   * @throws Error with `syscall` when an address cannot be listened on
   */
  async start(): Promise<readonly string[]> {
    this.#addresses = await this.#spawn(0)
    // All share the ports that the first one got.
    this.#listen = this.#listen.map((address, i) => ({ ...address, port: portOf(this.#addresses[i]) ?? address.port }))
    await Promise.all(this.#slots.slice(1).map((_, i) => this.#spawn(i + 1)))
    return this.#addresses
  }

  /** All workers have been told of this configuration; one that is started again gets it. */
  adopt(config: Config, listen: readonly ListenAddress[]): void {
    this.#originOrders.adopt(this.#config, config)
    this.#config = config
    this.#listen = listen
  }

  /** Worker threads that run now. */
  get alive(): number {
    return this.#slots.filter((slot) => slot.worker !== undefined).length
  }

  get count(): number {
    return this.#slots.length
  }

  ask<Name extends CallName>(
    name: Name,
    question: Question<Name>,
    { withinMs = ANSWER_MS, threads = [...this.#slots.keys()] }: AskOptions = {},
  ): Promise<Gathered<Answer<Name>>> {
    return gather(threads, async (thread) => {
      const line = this.#slots[thread]?.line
      if (line === undefined) return { kind: 'failed', why: 'it does not run' }
      return line.ask(name, question, withinMs)
    })
  }

  async orderOrigin(order: OriginOrder): Promise<Gathered<Answer<'setOrigin'>>> {
    // Before it is known whether there is such an origin: a thread may come to listen meanwhile.
    this.#originOrders.note(order)
    const gathered = await this.ask('setOrigin', order)
    const isUnknown = gathered.failed.length === 0 && gathered.answers.every(({ answer }) => !answer.found)
    if (isUnknown) this.#originOrders.forget(order)
    return gathered
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const { clock } = this.#options
    const { drainMs } = this.#config.timeLimits
    const ended = this.#slots.map(async ({ worker }) => {
      if (worker === undefined) return
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
      worker.postMessage({ type: 'stop' } satisfies ToThread)
      const cancel = clock.after(drainMs + STOP_MARGIN_MS, () => void worker.terminate())
      await exited
      cancel()
    })
    await Promise.all(ended)
  }

  /** Resolves with where it listens, once it does. */
  #spawn(index: number): Promise<readonly string[]> {
    const { count, entry, clock } = this.#options
    const slot = this.#slots[index]!
    // Descriptors are good for the first thread that takes them, and gone with it.
    const inherited = slot.startedMs === 0 ? (this.#options.inherited?.[index] ?? []) : []
    const config = { ...this.#config, listen: this.#listen }
    const data: ThreadData = { config, index, count, inherited, originOrders: this.#originOrders.all }
    const worker = new Worker(entry, { workerData: data, name: `worker ${index}` })
    const line = new ThreadLine((call) => worker.postMessage({ type: 'call', call } satisfies ToThread), clock)
    slot.worker = worker
    slot.line = line
    slot.startedMs = clock.now()
    this.#join(index, worker)
    let cause: unknown
    worker.on('error', (error) => {
      cause = error
    })
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.type === 'listening') {
          resolve(message.addresses)
          // What was ordered while it started; the rest of them change nothing.
          for (const order of this.#originOrders.all) void line.ask('setOrigin', order, ANSWER_MS)
        }
        if (message.type === 'cannot-start') reject(startError(message))
        else if (message.type === 'answered') line.answered(message.id, message.answer)
        else if (message.type === 'invalidated') this.#options.onInvalidated?.(message.invalidations)
        else if (message.type === 'unresponsive') this.#replace(message.index)
      })
      worker.on('exit', (code) => {
        slot.worker = undefined
        slot.line = undefined
        line.lost()
        reject(cause instanceof Error ? cause : new Error(`Worker ${index} ended with code ${code} before it listened`))
        this.#died(index, cause ?? code)
      })
    })
  }

  /** Ports to every worker that runs, and from each of them to this one. */
  #join(index: number, worker: Worker): void {
    for (const [other, slot] of this.#slots.entries()) {
      if (other === index || slot.worker === undefined) continue
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ type: 'peer', index: other, port: port1 } satisfies ToThread, [port1])
      slot.worker.postMessage({ type: 'peer', index, port: port2 } satisfies ToThread, [port2])
    }
  }

  #died(index: number, cause: unknown): void {
    if (this.#stopping || this.#addresses.length === 0) return
    const { clock, log } = this.#options
    const slot = this.#slots[index]!
    if (clock.now() - slot.startedMs >= STABLE_MS) slot.deaths = 0
    const pauseMs = RESTART_MS[Math.min(slot.deaths, RESTART_MS.length - 1)]!
    slot.deaths++
    const error = cause instanceof Error ? cause : new Error(`exit code ${cause}`)
    log.error({ worker: index, error, restartMs: pauseMs }, 'a worker died and is started again')
    clock.after(pauseMs, () => {
      if (this.#stopping) return
      this.#spawn(index).catch((failed: unknown) =>
        log.error({ worker: index, error: failed }, 'a worker does not start'),
      )
    })
  }

  /** One that does not answer its peers is ended; what follows is as for any that died. */
  #replace(index: number): void {
    void this.#slots[index]?.worker?.terminate()
  }
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port || 80)
}

function startError({ message, syscall }: Extract<FromThread, { type: 'cannot-start' }>): Error {
  return Object.assign(new Error(message), syscall === undefined ? {} : { syscall })
}

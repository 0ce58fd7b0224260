import type { TestContext } from 'node:test'
import type { Clock } from '../../../src/clock.ts'
import { ProxyError } from '../../../src/errors.ts'
import type { BodySource } from '../../../src/http/body.ts'
import type { RawFields } from '../../../src/http/fields.ts'
import type { ManagedPool, OriginPool, OriginRequest, OriginResponse } from '../../../src/origin/origin-client.ts'
import { originPool, type PoolEnvironment } from '../../../src/origin/pool.ts'
import { type OriginSettings, type PoolSettings, poolSettings, type TimeLimits } from '../../../src/origin/settings.ts'
import { HeldClock } from '../../support/held-clock.ts'
import { type OriginScript, ScriptedOrigin, type ScriptedOriginOptions } from '../../support/scripted-origin.ts'

export const cancelled = new ProxyError('CANCELLED', 'Cannot go on: the test does not want it', {
  source: 'client',
  status: 499,
})

/** An origin that is closed with its test. */
export async function anOrigin(
  t: TestContext,
  script?: OriginScript,
  options?: ScriptedOriginOptions,
): Promise<ScriptedOrigin> {
  const origin = await ScriptedOrigin.start(script, options)
  t.after(() => origin.close())
  return origin
}

export interface PoolOptions {
  readonly limits?: Partial<TimeLimits>
  readonly settings?: Partial<PoolSettings>
  readonly environment?: Partial<PoolEnvironment>
  readonly clock?: Clock
}

/** A pool on a held clock without jitter, closed with its test. Members are called `a`, `b`, … */
export function aPool(
  t: TestContext,
  members: readonly (ScriptedOrigin | string | OriginSettings)[],
  options: PoolOptions = {},
): { pool: ManagedPool; clock: HeldClock } {
  const clock = new HeldClock()
  const base = poolSettings(members.map((member, index) => named(member, String.fromCharCode(97 + index))))
  const pool = originPool(
    { ...base, timeLimits: { ...base.timeLimits, ...options.limits }, ...options.settings },
    { clock: options.clock ?? clock, random: () => 0, ...options.environment },
  )
  t.after(() => pool.close())
  return { pool, clock }
}

function named(member: ScriptedOrigin | string | OriginSettings, name: string): OriginSettings {
  if (typeof member === 'string') return { name, url: member }
  return member instanceof ScriptedOrigin ? { name, url: member.url } : member
}

/** An origin of one script and a pool of it alone. */
export async function anOriginAndPool(
  t: TestContext,
  script?: OriginScript,
  options?: PoolOptions,
): Promise<{ origin: ScriptedOrigin; pool: ManagedPool; clock: HeldClock }> {
  const origin = await anOrigin(t, script)
  return { origin, ...aPool(t, [origin], options) }
}

/** What became of a request, once it is over. */
export interface Outcome {
  readonly response: OriginResponse | undefined
  /** Of `onError`, or of the body's sink. */
  readonly error: ProxyError | undefined
  readonly body: string
  readonly trailers: RawFields
  readonly interims: readonly { readonly status: number; readonly fields: RawFields }[]
}

/** A request under way. */
export interface Asked {
  /** The head of the response, or undefined when there was none. */
  readonly head: Promise<OriginResponse | undefined>
  readonly outcome: Promise<Outcome>
  abandon(): void
  /** Handler and sink calls so far, by name. */
  readonly calls: string[]
}

export interface AskOptions extends Partial<OriginRequest> {
  /** Leave the body alone; `head` is all that is of interest. */
  readonly unread?: boolean
}

/** Sends a request, GET / when nothing else is said, and reads its response. */
export function ask(pool: OriginPool, { unread = false, ...request }: AskOptions = {}): Asked {
  const calls: string[] = []
  const interims: { status: number; fields: RawFields }[] = []
  const head = Promise.withResolvers<OriginResponse | undefined>()
  const outcome = Promise.withResolvers<Outcome>()
  let response: OriginResponse | undefined
  let body = ''
  const settle = (error: ProxyError | undefined, trailers: RawFields = []): void => {
    head.resolve(response)
    outcome.resolve({ response, error, body, trailers, interims })
  }
  const sink = {
    write(chunk: Buffer) {
      calls.push('write')
      body += chunk.toString('latin1')
      return true
    },
    end(trailers: RawFields) {
      calls.push('end')
      settle(undefined, trailers)
    },
    fail(error: ProxyError) {
      calls.push('fail')
      settle(error)
    },
  }
  const sent = pool.send(
    { method: 'GET', target: '/', fields: ['Host', 'site.test'], body: undefined, expectsContinue: false, ...request },
    {
      onInterim(status, fields) {
        calls.push('interim')
        interims.push({ status, fields })
      },
      onResponse(found) {
        calls.push('response')
        response = found
        head.resolve(found)
        if (found.body === undefined) settle(undefined)
        else if (!unread) found.body.start(sink)
      },
      onError(error) {
        calls.push('error')
        settle(error)
      },
    },
  )
  return { head: head.promise, outcome: outcome.promise, calls, abandon: () => sent.abandon(cancelled) }
}

/** A request body that a test feeds by hand. */
export class FedBody implements BodySource {
  readonly length: number | undefined
  cancelledWith: ProxyError | undefined
  /** Resolves when the body is started. */
  readonly started: Promise<void>
  /** Resolves when it is cancelled. */
  readonly cancelled: Promise<ProxyError>
  isStarted = false
  isHeld = false
  #sink: Parameters<BodySource['start']>[0] | undefined
  #onStarted!: () => void
  #onCancelled!: (error: ProxyError) => void
  #onResume: (() => void) | undefined

  constructor(length?: number) {
    this.length = length
    this.started = new Promise((resolve) => {
      this.#onStarted = resolve
    })
    this.cancelled = new Promise((resolve) => {
      this.#onCancelled = resolve
    })
  }

  start(sink: Parameters<BodySource['start']>[0]): void {
    this.#sink = sink
    this.isStarted = true
    this.#onStarted()
  }

  resume(): void {
    this.isHeld = false
    this.#onResume?.()
  }

  cancel(reason: ProxyError): void {
    this.cancelledWith ??= reason
    this.#onCancelled(reason)
    this.#onResume?.()
  }

  write(bytes: string | Buffer): boolean {
    const more = this.#sink!.write(Buffer.from(bytes as string, 'latin1'))
    this.isHeld = !more
    return more
  }

  end(trailers: RawFields = []): void {
    this.#sink!.end(trailers)
  }

  fail(error: ProxyError): void {
    this.#sink!.fail(error)
  }

  /** Resolves when the sink wants more, or nothing at all. */
  async wanted(): Promise<void> {
    if (this.isHeld && this.cancelledWith === undefined) {
      await new Promise<void>((resolve) => {
        this.#onResume = resolve
      })
    }
  }
}

export const clientCut = new ProxyError('CLIENT_BODY_CUT', 'Cannot read request body: cut', {
  source: 'client',
  status: 400,
})

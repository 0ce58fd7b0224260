import { LoadGate, type OriginLoad } from './load-gate.ts'
import { AskFailed, type WarmAnswer, type WarmRequest } from './site-client.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export interface WarmParts {
  ask(request: WarmRequest, options: { readonly signal: AbortSignal }): Promise<WarmAnswer>
  /** How the origins are; undefined where nobody can tell. */
  origins(): Promise<readonly OriginLoad[] | undefined>
  /** Rejects when the signal comes first. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Milliseconds of any clock that does not go backwards. */
  now(): number
  onProgress(progress: WarmProgress): void
}

export interface WarmSettings {
  /** Requests under way at a time. */
  readonly concurrency: number
  /** It gives up when the origin could not be asked for so long. */
  readonly pausedMsMax: number
  readonly signal: AbortSignal
}

export interface WarmProgress {
  readonly done: number
  readonly total: number
  /** Why it waits; undefined while it does not. */
  readonly paused: string | undefined
}

export interface WarmReport {
  readonly total: number
  readonly warmed: number
  readonly fresh: number
  /** How many for which reason. */
  readonly uncacheable: Readonly<Record<string, number>>
  /** The first of them, for people. */
  readonly failed: readonly { readonly url: string; readonly why: string }[]
  readonly failures: number
  /** Not asked for any more, and why. */
  readonly left: number
  readonly stopped: string | undefined
}

/** The states of the origins are looked at once in so long. */
const ORIGINS_EVERY_MS = 1_000
/** After an answer of the origin a place rests for as long as that took, so that a slow origin is asked less. */
const REST_MS_MAX = 10_000
const FAILED_SHOWN_MAX = 20

/**
 * Asks for all of these, as far as the origin can bear it (docs/decisions/warming.md). Never rejects for what happens to a
 * request; when it is told to stop it waits for nothing.
 */
export async function warm(
  requests: readonly WarmRequest[],
  parts: WarmParts,
  settings: WarmSettings,
): Promise<WarmReport> {
  const run = new Run(requests, parts, settings)
  await Promise.all(Array.from({ length: Math.min(settings.concurrency, requests.length) }, () => run.work()))
  return run.report()
}

class Run {
  readonly #requests: readonly WarmRequest[]
  readonly #parts: WarmParts
  readonly #settings: WarmSettings
  readonly #gate = new LoadGate()
  readonly #uncacheable = new Map<string, number>()
  readonly #failed: { url: string; why: string }[] = []
  #next = 0
  #done = 0
  #warmed = 0
  #fresh = 0
  #failures = 0
  #stopped: string | undefined
  #origins: { readonly atMs: number; readonly loads: Promise<readonly OriginLoad[] | undefined> } | undefined
  #answeredMs: number

  constructor(requests: readonly WarmRequest[], parts: WarmParts, settings: WarmSettings) {
    this.#requests = requests
    this.#parts = parts
    this.#settings = settings
    this.#answeredMs = parts.now()
  }

  /** One place: one request after the other. */
  async work(): Promise<void> {
    const { signal } = this.#settings
    while (await this.#mayAsk()) {
      const request = this.#requests[this.#next++]
      if (request === undefined) return
      const restMs = await this.#one(request)
      if (restMs > 0) await this.#wait(Math.min(REST_MS_MAX, restMs))
      if (signal.aborted) return
    }
  }

  report(): WarmReport {
    const left = this.#requests.length - this.#done
    return {
      total: this.#requests.length,
      warmed: this.#warmed,
      fresh: this.#fresh,
      uncacheable: Object.fromEntries(this.#uncacheable),
      failed: this.#failed,
      failures: this.#failures,
      left,
      stopped: left === 0 ? undefined : (this.#stopped ?? 'interrupted'),
    }
  }

  /** Waits until the origin may be asked; false when there is nothing more to be done. */
  async #mayAsk(): Promise<boolean> {
    const { signal, pausedMsMax } = this.#settings
    while (!signal.aborted && this.#stopped === undefined && this.#next < this.#requests.length) {
      const closed = this.#gate.closed(this.#parts.now(), await this.#loads())
      if (closed === undefined) return !signal.aborted && this.#stopped === undefined
      if (this.#parts.now() - this.#answeredMs > pausedMsMax) this.#stopped = closed.why
      else {
        this.#progress(closed.why)
        await this.#wait(closed.ms)
      }
    }
    return false
  }

  #loads(): Promise<readonly OriginLoad[] | undefined> {
    const nowMs = this.#parts.now()
    if (this.#origins === undefined || nowMs - this.#origins.atMs >= ORIGINS_EVERY_MS) {
      this.#origins = { atMs: nowMs, loads: this.#parts.origins() }
    }
    return this.#origins.loads
  }

  /** @returns how long to rest after it */
  async #one(request: WarmRequest): Promise<number> {
    const { signal } = this.#settings
    let verdict: Verdict
    let ms = 0
    try {
      const answer = await this.#parts.ask(request, { signal })
      ms = answer.ms
      verdict = verdictOf(answer)
    } catch (error) {
      if (!(error instanceof AskFailed)) throw error
      // It was not asked to the end: it is left.
      if (signal.aborted) return 0
      verdict = { kind: 'failed', why: error.message }
    }
    const [failed, asked] = [verdict.kind === 'failed', verdict.kind !== 'fresh']
    this.#gate.answered({ failed, asked, ms }, this.#parts.now())
    if (!failed) this.#answeredMs = this.#parts.now()
    this.#count(request, verdict)
    this.#progress(undefined)
    return asked ? ms : 0
  }

  #count({ url }: WarmRequest, verdict: Verdict): void {
    this.#done++
    if (verdict.kind === 'warmed') this.#warmed++
    else if (verdict.kind === 'fresh') this.#fresh++
    else if (verdict.kind === 'uncacheable') {
      this.#uncacheable.set(verdict.why, (this.#uncacheable.get(verdict.why) ?? 0) + 1)
    } else {
      this.#failures++
      if (this.#failed.length < FAILED_SHOWN_MAX) this.#failed.push({ url, why: verdict.why })
    }
  }

  #progress(paused: string | undefined): void {
    this.#parts.onProgress({ done: this.#done, total: this.#requests.length, paused })
  }

  /** Until then, or until it is told to stop. */
  async #wait(ms: number): Promise<void> {
    const { signal } = this.#settings
    await this.#parts.wait(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

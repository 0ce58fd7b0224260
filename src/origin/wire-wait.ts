import type { ProxyError } from '../errors.ts'
import type { Deadline } from './deadlines.ts'
import * as failures from './failures.ts'
import type { TimeLimits } from './settings.ts'

/** What an exchange can wait for: the 100 before a body, room for the body, the response's head (of a tunnel: the handshake), more
 * of its body. */
export type Awaited = 'continue' | 'upload' | 'head' | 'handshake' | 'body'

/** The one thing that an exchange waits for at a time, and for how long. Moving it is cheap, so every read may. */
export class WireWait {
  readonly #deadline: Deadline
  readonly #limits: TimeLimits
  #awaited: Awaited | undefined

  constructor(deadline: Deadline, limits: TimeLimits) {
    this.#deadline = deadline
    this.#limits = limits
  }

  get awaited(): Awaited | undefined {
    return this.#awaited
  }

  for(awaited: Awaited): void {
    this.#awaited = awaited
    this.#deadline.in(this.#limitMs(awaited))
  }

  /** The same, from a moment on that is known. */
  since(nowMs: number, awaited: Awaited): void {
    this.#awaited = awaited
    this.#deadline.at(nowMs + this.#limitMs(awaited))
  }

  forNothing(): void {
    this.#awaited = undefined
    this.#deadline.clear()
  }

  /** What it means that it was waited for in vain. */
  error(origin: string, awaited: Exclude<Awaited, 'continue'>): ProxyError {
    const waitedMs = this.#limitMs(awaited)
    switch (awaited) {
      case 'upload':
        return failures.uploadStalled(origin, waitedMs)
      case 'head':
      case 'handshake':
        return failures.headTimedOut(origin, waitedMs)
      case 'body':
        return failures.bodyStalled(origin, waitedMs)
    }
  }

  #limitMs(awaited: Awaited): number {
    switch (awaited) {
      case 'continue':
        return this.#limits.continueMs
      case 'head':
        return this.#limits.firstByteMs
      case 'handshake':
        return this.#limits.handshakeMs
      case 'upload':
      case 'body':
        return this.#limits.betweenBytesMs
    }
  }
}

import type { CachePolicy } from '../policy/plan.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'

/** The ways in which a stored response is answered from memory at once. */
export type PreparedKind = 'GET' | 'HEAD' | 'not-modified'

/** What a response was made for: as long as these are the same, so is the response. */
export interface PreparedFor {
  readonly key: string
  readonly rule: string | undefined
  readonly policy: CachePolicy
  /** `Age`, and with it the rest of the lifetime, is renewed when somebody asks in a later second. */
  readonly ageSeconds: number
}

/** A response as a lane sends it. */
export interface Wire {
  /** The head; with the body behind it when that is small. */
  readonly bytes: Buffer
  /** What is sent after `bytes`. */
  readonly body: Buffer | undefined
  /** Of the body, whichever way it is sent. */
  readonly bodyBytes: number
  /** Milliseconds since the epoch from when on it says something outdated. */
  readonly untilMs: number
}

/** A response to a hit, made once for all who ask within its second. */
export class PreparedResponse {
  readonly response: ProxyResponse
  readonly madeFor: PreparedFor
  /** For the lane to keep. */
  wire: Wire | undefined

  constructor(response: ProxyResponse, madeFor: PreparedFor) {
    this.response = response
    this.madeFor = madeFor
  }

  suits(wanted: PreparedFor): boolean {
    const { key, rule, policy, ageSeconds } = this.madeFor
    return ageSeconds === wanted.ageSeconds && policy === wanted.policy && rule === wanted.rule && key === wanted.key
  }
}

type Prepared = { [kind in PreparedKind]?: PreparedResponse }

/** What a prepared response weighs beside its body. */
const OVERHEAD_BYTES = 2048

/** A body up to this size is copied behind its head, to be one write: above it two writes cost less than the copy. */
export const COPIED_BODY_BYTES_MAX = 16 * 1024

/**
 * The prepared responses of what is stored. They are held as long as what they were made of is, and within a budget: two
 * generations, of which the older goes when the younger has grown to half of it.
 */
export class PreparedResponses {
  readonly #bytesMax: number
  #young = new WeakMap<StoredResponse, Prepared>()
  #old = new WeakMap<StoredResponse, Prepared>()
  #youngBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get(stored: StoredResponse, kind: PreparedKind): PreparedResponse | undefined {
    const young = this.#young.get(stored)
    if (young !== undefined) return young[kind]
    const old = this.#old.get(stored)
    if (old === undefined) return undefined
    this.#admit(stored, old)
    return old[kind]
  }

  set(stored: StoredResponse, kind: PreparedKind, prepared: PreparedResponse): void {
    const before = this.#young.get(stored)
    if (before === undefined) this.#admit(stored, { [kind]: prepared })
    else before[kind] = prepared
  }

  #admit(stored: StoredResponse, prepared: Prepared): void {
    const bytes = OVERHEAD_BYTES + (stored.body.length <= COPIED_BODY_BYTES_MAX ? stored.body.length : 0)
    if (this.#youngBytes + bytes > this.#bytesMax / 2) {
      this.#old = this.#young
      this.#young = new WeakMap()
      this.#youngBytes = 0
    }
    this.#youngBytes += bytes
    this.#young.set(stored, prepared)
  }
}

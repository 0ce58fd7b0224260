import { firstValue } from '../http/fields.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'

/** A response as a lane sends it. */
export interface Wire {
  /** The head; with the body behind it when that is small. */
  readonly bytes: Buffer
  /** Of them, with the empty line. */
  readonly headBytes: number
  /** What is sent after `bytes`. */
  readonly body: Buffer | undefined
  /** Of the body, whichever way it is sent. */
  readonly bodyBytes: number
  /** Milliseconds since the epoch from when on it says something outdated. */
  readonly untilMs: number
}

/** A body up to this size is copied behind its head, to be one write: above it two writes cost less than the copy. */
export const COPIED_BODY_BYTES_MAX = 16 * 1024

/** A larger body goes the general way, in slices: so a client that leaves is seen early. */
export const AT_ONCE_BODY_BYTES_MAX = 256 * 1024

/** A response to a hit, made once for all who ask for it within its second, since `Age` says seconds. */
export class PreparedResponse {
  readonly response: ProxyResponse
  /** Its Content-Type. */
  readonly responseType: string | undefined
  /** For the lane to keep: what it sends is the same for all as well. */
  wire: Wire | undefined
  /** Whether it is for more than the request it was made for. */
  isKept = false
  /** How often it was sent and not counted yet, and what was added to its bytes; for whoever counts. */
  served = 0
  addedBytes = 0

  constructor(response: ProxyResponse) {
    this.response = response
    this.responseType = firstValue(response.fields, 'content-type')
  }
}

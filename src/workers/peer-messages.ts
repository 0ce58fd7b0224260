import { type ErrorCode, type ErrorSource, ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import { OriginOverloadedError, type Overload } from '../origin/overloaded-error.ts'
import type { PeerQuestion } from '../proxy/peers.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { sharedHash } from '../tables/shared-hash.ts'
import type { Invalidation } from '../tiers/invalidation.ts'

/** A request as it crosses to another thread: without body and without the exchange of its lane. */
export type PortableRequest = Omit<ProxyRequest, 'body' | 'exchange'>

export type PortableError = Pick<ProxyError, 'code' | 'message' | 'source' | 'status' | 'retryable'> & {
  /** The rest of an `OriginOverloadedError`. */
  readonly overload?: Overload | undefined
}

/** The head of a response as it crosses; its body follows in chunks. */
export type PortableHead = Omit<OriginResponse, 'body'> & {
  readonly hasBody: boolean
  readonly length: number | undefined
}

/** What two workers say to each other; `id` is the asking one's. */
export type PeerMessage =
  | ({ readonly type: 'ask'; readonly id: number } & PeerQuestion<PortableRequest>)
  | { readonly type: 'cancel'; readonly id: number }
  /** So many bytes were consumed. */
  | { readonly type: 'taken'; readonly id: number; readonly bytes: number }
  /** The answer is stored: here is a copy. */
  | { readonly type: 'stored'; readonly id: number; readonly stored: StoredResponse }
  | { readonly type: 'head'; readonly id: number; readonly head: PortableHead }
  | { readonly type: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly id: number; readonly trailers: RawFields }
  | {
      readonly type: 'fail'
      readonly id: number
      readonly error: PortableError
      readonly cover?: StoredResponse | undefined
    }
  /** The owner cannot help: ask the origin. */
  | { readonly type: 'released'; readonly id: number }
  | { readonly type: 'invalidate'; readonly id: number; readonly invalidations: readonly Invalidation[] }
  /** It was heard, and takes a while. */
  | { readonly type: 'invalidating'; readonly id: number }
  | { readonly type: 'invalidated'; readonly id: number; readonly matched: number }

/** An error on its way to another thread, where only its plain parts arrive. */
export function portableError(error: ProxyError): PortableError {
  const { code, message, source, status, retryable } = error
  const isOverload = error instanceof OriginOverloadedError
  const overload = isOverload ? { waiting: error.waiting, retryAfterSeconds: error.retryAfterSeconds } : undefined
  return { code, message, source, status, retryable, overload }
}

export function errorFrom(portable: PortableError): ProxyError {
  const { code, message, source, status, retryable, overload } = portable
  if (overload !== undefined) return new OriginOverloadedError(message, { ...overload, retryable })
  return new ProxyError(code as ErrorCode, message, { source: source as ErrorSource, status, retryable })
}

/** A stored response as it arrives from another thread: its body is a plain array there. */
export function storedFrom(stored: StoredResponse): StoredResponse {
  return { ...stored, body: bufferOf(stored.body) }
}

/** A view of the same memory, which belongs to this thread now. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The owner of a key among `count` workers: the same in every thread. */
export function ownerOf(key: string, count: number): number {
  return sharedHash(key) % count
}

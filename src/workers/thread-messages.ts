import type { MessagePort } from 'node:worker_threads'
import type { Config } from '../config/config.ts'
import type { CallMessage, OriginOrder } from '../control/calls.ts'
import type { ThreadAnswer } from '../control/threads.ts'
import type { Invalidation } from '../tiers/invalidation.ts'

/** What a worker thread is started with. */
export interface ThreadData {
  readonly config: Config
  readonly index: number
  readonly count: number
  /** Descriptors of sockets that listen already, in the order of `listen`. */
  readonly inherited: readonly number[]
  /** What was ordered before it was started. */
  readonly originOrders: readonly OriginOrder[]
}

/** From the main thread to a worker. */
export type ToThread =
  /** The port to another worker, in place of the one it had. */
  | { readonly type: 'peer'; readonly index: number; readonly port: MessagePort }
  | { readonly type: 'call'; readonly call: CallMessage }
  | { readonly type: 'stop' }

/** From a worker to the main thread. */
export type FromThread =
  | { readonly type: 'listening'; readonly addresses: readonly string[] }
  | { readonly type: 'cannot-start'; readonly message: string; readonly syscall: string | undefined }
  | { readonly type: 'answered'; readonly id: number; readonly answer: ThreadAnswer<unknown> }
  /** By the first worker, which hears of all. */
  | { readonly type: 'invalidated'; readonly invalidations: readonly Invalidation[] }
  /** Another worker did not acknowledge in time. */
  | { readonly type: 'unresponsive'; readonly index: number }

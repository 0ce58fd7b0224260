/** Why a server did not do what it was asked. */
export type StoreTrouble =
  /** It cannot be used at all: no connection, no permission, still loading, or it does not speak the protocol. */
  | 'down'
  /** It answers and refuses to write: out of memory, a replica. */
  | 'refused'
  /** Our own bound on what may be under way. */
  | 'busy'
  /** This name cannot be read: something else stands under it. */
  | 'odd'

export class StoreError extends Error {
  readonly trouble: StoreTrouble

  constructor(trouble: StoreTrouble, message: string) {
    super(message)
    this.name = 'StoreError'
    this.trouble = trouble
  }
}

export interface StoreItem {
  readonly name: string
  /** The value in pieces, so that none has to be copied to be written. */
  readonly pieces: readonly Buffer[]
  readonly ttlSeconds: number
}

/**
 * Servers that keep bytes under names: what the Redis and the memcached client have in common. It knows no records and no
 * deadlines of requests. All names of one cache key have one tag in braces and stand on one server.
 *
 * What fails rejects with a `StoreError`, in bounded time.
 */
export interface RemoteStore {
  /** Those known now; a Redis Cluster may change. */
  servers(): readonly string[]
  /** Where a name stands; `isUp` says which servers may be chosen where there is a choice. Undefined: nowhere. */
  serverOf(name: string, isUp: (server: string) => boolean): string | undefined
  /** Finds out whether a server can be read and reached for writing. */
  trial(server: string): Promise<void>
  get(server: string, name: string): Promise<Buffer | undefined>
  set(server: string, item: StoreItem): Promise<void>
  /** Sets the remaining time of what is there; nothing where nothing is. */
  touch(server: string, name: string, ttlSeconds: number): Promise<void>
  remove(server: string, names: readonly string[]): Promise<void>
  /** Writes the token where nothing is, or nothing that runs out within that time and so is no claim; whether it did. */
  claim(server: string, claim: Claim): Promise<boolean>
  /** Lets the token stand for that long from now, where it still does. */
  renew(server: string, claim: Claim): Promise<void>
  /** Takes the token away where it still stands. */
  release(server: string, claim: Omit<Claim, 'forMs'>): Promise<void>
  close(): Promise<void>
}

export interface Claim {
  readonly name: string
  readonly token: string
  readonly forMs: number
}

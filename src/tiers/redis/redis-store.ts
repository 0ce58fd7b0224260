import { Cluster, type Redis } from 'ioredis'
import { routingTag } from '../records/record-names.ts'
import { type Claim, type RemoteStore, StoreError, type StoreItem, type StoreTrouble } from '../remote-store.ts'
import { BatchedReads } from './batched-reads.ts'
import { connected, connectRedis, plainMessage, type RedisClient, type RedisClientSettings } from './redis-client.ts'
import { addressLabel } from './redis-url.ts'

/** What PTTL says of a value that does not run out. */
const ENDLESS = -1

/** Takes a token away where it still stands. */
const RELEASE_SCRIPT = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

/** Prolongs the time of a token that still stands. */
const RENEW_SCRIPT =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"

/** Redis or Valkey: one server, one with sentinels, or a cluster. */
export class RedisStore implements RemoteStore {
  readonly #label: string
  /** A connection for those who wait and one for what is stored, so that nobody waits behind a large body. */
  readonly #reads: RedisClient
  readonly #writes: RedisClient
  /** Undefined for a cluster, where names of one command must stand on one server and in one slot. */
  readonly #batched: BatchedReads | undefined
  readonly #trialName: string
  /** Of a cluster, as far as known: at first all of it by one label. */
  #masters: readonly string[]

  /** @param prefix of the names; the trial asks for one with it, because rights may depend on it */
  constructor(settings: RedisClientSettings, prefix: string) {
    this.#label = settings.place.masterName ?? settings.place.addresses.map(addressLabel).join(',')
    this.#masters = [this.#label]
    this.#trialName = `${prefix}:trial`
    this.#reads = connectRedis(settings)
    this.#writes = connectRedis(settings)
    this.#batched = this.#reads instanceof Cluster ? undefined : new BatchedReads(this.#reads)
  }

  servers(): readonly string[] {
    if (!(this.#reads instanceof Cluster)) return [this.#label]
    const masters = this.#reads.nodes('master').map(nodeLabel)
    // While it is connected to none it is still the same cluster.
    if (masters.length > 0) this.#masters = masters
    return this.#masters
  }

  serverOf(name: string): string | undefined {
    if (!(this.#reads instanceof Cluster)) return this.#label
    return this.#reads.slots[hashSlot(name)]?.[0]
  }

  async trial(server: string): Promise<void> {
    await Promise.all([this.#tryOn(this.#reads, server), this.#tryOn(this.#writes, server)])
  }

  async #tryOn(client: RedisClient, server: string): Promise<void> {
    await answered(connected(client))
    if (!(client instanceof Cluster)) {
      await answered(client.exists(this.#trialName))
    } else {
      const node = client.nodes('master').find((candidate) => nodeLabel(candidate) === server)
      // The label of the whole cluster: it is connected.
      if (node === undefined && server === this.#label) return
      if (node === undefined) throw new StoreError('down', 'not a master of the cluster')
      // Not PING, which a node without a majority of its cluster answers, too.
      const info = await answered(node.cluster('INFO'))
      if (!String(info).includes('cluster_state:ok')) throw new StoreError('down', 'CLUSTERDOWN')
    }
  }

  async get(_server: string, name: string): Promise<Buffer | undefined> {
    try {
      if (this.#batched !== undefined) return await this.#batched.get(name)
      // MGET for one: what is not a string is no value to it, where GET answers with an error.
      const [value] = await this.#reads.mgetBuffer(name)
      return value ?? undefined
    } catch (error) {
      throw storeError(error)
    }
  }

  async set(_server: string, { name, pieces, ttlSeconds }: StoreItem): Promise<void> {
    const value = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    await answered(this.#writes.set(name, value, 'EX', ttlSeconds))
  }

  async touch(_server: string, name: string, ttlSeconds: number): Promise<void> {
    await answered(this.#writes.expire(name, ttlSeconds))
  }

  async remove(_server: string, names: readonly string[]): Promise<void> {
    await answered(this.#writes.unlink(...names))
  }

  async claim(_server: string, { name, token, forMs }: Claim): Promise<boolean> {
    if ((await answered(this.#reads.set(name, token, 'PX', forMs, 'NX'))) === 'OK') return true
    const leftMs = await answered(this.#reads.pttl(name))
    if (leftMs !== ENDLESS && leftMs <= forMs) return false
    return (await answered(this.#reads.set(name, token, 'PX', forMs))) === 'OK'
  }

  async renew(_server: string, { name, token, forMs }: Claim): Promise<void> {
    await answered(this.#writes.eval(RENEW_SCRIPT, 1, name, token, forMs))
  }

  async release(_server: string, { name, token }: Omit<Claim, 'forMs'>): Promise<void> {
    await answered(this.#reads.eval(RELEASE_SCRIPT, 1, name, token))
  }

  async close(): Promise<void> {
    this.#reads.disconnect()
    this.#writes.disconnect()
  }
}

function nodeLabel(node: Redis): string {
  return `${node.options.host}:${node.options.port}`
}

async function answered<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (error) {
    throw storeError(error)
  }
}

/** By the first word of the server's error. */
const troubles: ReadonlyMap<string, StoreTrouble> = new Map([
  ['OOM', 'refused'],
  ['READONLY', 'refused'],
  ['MISCONF', 'refused'],
  ['NOREPLICAS', 'refused'],
  ['NOPERM', 'refused'],
  ['WRONGTYPE', 'odd'],
])

function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const message = plainMessage(error)
  return new StoreError(troubles.get(message.split(' ', 1)[0]!) ?? 'down', message)
}

/** The slot of a name in a Redis Cluster: CRC-16/XMODEM of its tag, modulo 16384. */
function hashSlot(name: string): number {
  let crc = 0
  for (const byte of Buffer.from(routingTag(name))) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
    crc &= 0xffff
  }
  return crc % 16_384
}

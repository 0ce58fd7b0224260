import type { Cluster, Redis } from 'ioredis'
import { connected, connectRedis, type RedisClientSettings } from '../redis/redis-client.ts'
import { type BoxRoster, RedisBoxRoster } from './box-roster.ts'

export interface StreamSettings extends Omit<RedisClientSettings, 'silenceMs'> {
  readonly prefix: string
  /** Most entries kept; a box that was away for more of them begins anew. */
  readonly entriesMax: number
  /** How long a reader waits for news before it looks whether the stream is still there. */
  readonly waitMs: number
  /** For an answer that need not be waited for. */
  readonly answerMs: number
}

export interface StreamEntry {
  /** The entry's id in a form that sorts. */
  readonly position: string
  readonly fields: readonly string[]
  /** The first one, which says nothing: what was stored before it is not to be judged by this stream. */
  readonly isBeginning: boolean
}

type RawEntry = [id: string, fields: string[]]

/** Longer than anything is stored, so that the stream of a site that never purges is there as long as its records. */
const EXPIRE_SECONDS = 60 * 86_400
const PAGE = 1_000

/** The stream of invalidations in Redis: one connection that waits for news, and one that adds. */
export class InvalidationStream {
  readonly #settings: StreamSettings
  readonly #name: string
  readonly #reader: Redis | Cluster
  readonly #writer: Redis | Cluster
  /** Of those who follow this stream. */
  readonly roster: BoxRoster

  constructor(settings: StreamSettings) {
    this.#settings = settings
    this.#name = `${settings.prefix}:{log}`
    this.#reader = connectRedis({ ...settings, silenceMs: settings.waitMs + settings.answerMs })
    this.#writer = connectRedis({ ...settings, silenceMs: settings.answerMs })
    this.roster = new RedisBoxRoster(this.#writer, settings.prefix)
  }

  /** Resolves when there is a connection, rejects when one fails. */
  async connected(): Promise<void> {
    await connected(this.#reader)
  }

  /** Makes the stream where there is none. @returns the position of its first entry */
  async begin(): Promise<string> {
    const [first] = await this.#range('-', '+', 1)
    if (first !== undefined) return positionOf(first[0])
    // Two boxes may do this at once: a second beginning says nothing either.
    await this.#add(['scope', 'begin'])
    return this.begin()
  }

  async all(): Promise<StreamEntry[]> {
    const entries: StreamEntry[] = []
    for (let start = '-'; ; ) {
      const page = await this.#range(start, '+', PAGE)
      entries.push(...page.map(toStreamEntry))
      if (page.length < PAGE) return entries
      start = `(${page.at(-1)![0]}`
    }
  }

  async has(position: string): Promise<boolean> {
    const id = idOf(position)
    return (await this.#range(id, id, 1)).length === 1
  }

  /** Entries behind a position; with `wait` it waits for one for a while. */
  async after(position: string, { wait }: { readonly wait: boolean }): Promise<StreamEntry[]> {
    const id = idOf(position)
    const streams = wait
      ? await this.#reader.xread('COUNT', PAGE, 'BLOCK', this.#settings.waitMs, 'STREAMS', this.#name, id)
      : await this.#reader.xread('COUNT', PAGE, 'STREAMS', this.#name, id)
    return ((streams?.[0]?.[1] ?? []) as RawEntry[]).map(toStreamEntry)
  }

  /** The position of the last entry, asked on the connection that does not wait for news; undefined without a stream. */
  async last(): Promise<string | undefined> {
    const [last] = (await this.#writer.xrevrange(this.#name, '+', '-', 'COUNT', 1)) as RawEntry[]
    return last === undefined ? undefined : positionOf(last[0])
  }

  /** @returns the position of what was added */
  append(fields: readonly string[]): Promise<string> {
    return this.#add(fields)
  }

  close(): void {
    this.#reader.disconnect()
    this.#writer.disconnect()
  }

  async #add(fields: readonly string[]): Promise<string> {
    const added = this.#writer.xadd(this.#name, 'MAXLEN', '~', this.#settings.entriesMax, '*', ...fields)
    const [id] = await Promise.all([added, this.#writer.expire(this.#name, EXPIRE_SECONDS)])
    if (id === null) throw new Error('nothing was added to the log')
    return positionOf(id)
  }

  #range(start: string, end: string, count: number): Promise<RawEntry[]> {
    return this.#reader.xrange(this.#name, start, end, 'COUNT', count) as Promise<RawEntry[]>
  }
}

function toStreamEntry([id, fields]: RawEntry): StreamEntry {
  return { position: positionOf(id), fields, isBeginning: fields[0] === 'scope' && fields[1] === 'begin' }
}

/** `1700000000000-5` as text that sorts: both numbers with a fixed number of digits. */
function positionOf(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-')
  return `${ms.padStart(16, '0')}-${sequence.padStart(20, '0')}`
}

function idOf(position: string): string {
  const [ms = '0', sequence = '0'] = position.split('-')
  return `${BigInt(ms)}-${BigInt(sequence)}`
}

import { randomInt } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { SharedValue, VersionedValue } from '../invalidation-log/memcached-log.ts'
import { routingTag } from '../records/record-names.ts'
import { type Claim, type RemoteStore, StoreError, type StoreItem } from '../remote-store.ts'
import { KetamaRing } from './ketama.ts'
import { MemcachedConnection, type MemcachedConnectionSettings } from './memcached-connection.ts'
import type { MetaReply } from './meta-reply-parser.ts'

export interface MemcachedServer {
  readonly address: MemcachedConnectionSettings['address']
  /** Its share of the keys relative to the others. */
  readonly weight: number
}

export interface MemcachedStoreSettings extends Omit<MemcachedConnectionSettings, 'address'> {
  /** At least one. Several boxes must have the same ones with the same weights. */
  readonly servers: readonly MemcachedServer[]
  /** Where the keys of a server go that is down: to the next one on the ring, or nowhere. */
  readonly whenDown: 'rehash' | 'skip'
}

const DEFAULT_PORT = 11_211
/** What `mg … t` says of a value that does not run out. */
const ENDLESS = -1

interface Server {
  readonly label: string
  /** One for those who wait and one for what is stored, so that nobody waits behind a large body. */
  readonly reads: MemcachedConnection
  readonly writes: MemcachedConnection
}

/** memcached by its meta protocol (1.6 or later), several servers by consistent hashing. */
export class MemcachedStore implements RemoteStore {
  readonly #servers: ReadonlyMap<string, Server>
  readonly #labels: readonly string[]
  readonly #ring: KetamaRing
  readonly #whenDown: MemcachedStoreSettings['whenDown']

  constructor(settings: MemcachedStoreSettings, clock: Clock) {
    const connection = (address: MemcachedServer['address']) => new MemcachedConnection({ ...settings, address }, clock)
    const servers = settings.servers.map(({ address }) => ({
      label: 'path' in address ? address.path : `${address.host}:${address.port}`,
      reads: connection(address),
      writes: connection(address),
    }))
    this.#servers = new Map(servers.map((server) => [server.label, server]))
    this.#labels = servers.map(({ label }) => label)
    if (this.#servers.size !== servers.length) throw new RangeError('Cannot use the same memcached twice')
    this.#ring = new KetamaRing(settings.servers.map(({ address, weight }) => ({ label: ringLabel(address), weight })))
    this.#whenDown = settings.whenDown
  }

  servers(): readonly string[] {
    return this.#labels
  }

  serverOf(name: string, isUp: (server: string) => boolean): string | undefined {
    const mayUse = (index: number) => this.#whenDown === 'skip' || isUp(this.#labels[index]!)
    const index = this.#ring.serverOf(routingTag(name), mayUse)
    return index === undefined ? undefined : this.#labels[index]
  }

  async trial(server: string): Promise<void> {
    const { reads, writes } = this.#server(server)
    await Promise.all([reads.command('mg trial'), writes.command('mg trial')])
  }

  async get(server: string, name: string): Promise<Buffer | undefined> {
    return (await this.#server(server).reads.command(`mg ${name} v`)).value
  }

  async set(server: string, { name, pieces, ttlSeconds }: StoreItem): Promise<void> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    expect(await this.#server(server).writes.command(`ms ${name} ${bytes} T${ttlSeconds}`, pieces), 'HD')
  }

  async touch(server: string, name: string, ttlSeconds: number): Promise<void> {
    expect(await this.#server(server).writes.command(`mg ${name} T${ttlSeconds}`), 'HD', 'EN')
  }

  async remove(server: string, names: readonly string[]): Promise<void> {
    const { writes } = this.#server(server)
    await Promise.all(names.map(async (name) => expect(await writes.command(`md ${name}`), 'HD', 'NF')))
  }

  async claim(server: string, { name, token, forMs }: Claim): Promise<boolean> {
    const { reads } = this.#server(server)
    const value = Buffer.from(token)
    const seconds = wholeSeconds(forMs)
    const set = (mode: string) => reads.command(`ms ${name} ${value.length} ${mode} T${seconds}`, [value])
    if (expect(await set('ME'), 'HD', 'NS').code === 'HD') return true
    const { flags } = await reads.command(`mg ${name} t`)
    const leftSeconds = Number(flags.find((flag) => flag.startsWith('t'))?.slice(1) ?? 0)
    if (leftSeconds !== ENDLESS && leftSeconds <= seconds) return false
    return expect(await set('MS'), 'HD').code === 'HD'
  }

  async renew(server: string, { name, token, forMs }: Claim): Promise<void> {
    const { writes } = this.#server(server)
    const { value } = await writes.command(`mg ${name} v`)
    // Should it run out between the two, it is another's that is prolonged, for a moment.
    if (value?.toString('latin1') === token) await this.touch(server, name, wholeSeconds(forMs))
  }

  async release(server: string, { name, token }: Omit<Claim, 'forMs'>): Promise<void> {
    const { reads } = this.#server(server)
    const { value, flags } = await reads.command(`mg ${name} v c`)
    const version = flags.find((flag) => flag.startsWith('c'))
    if (value?.toString('latin1') !== token || version === undefined) return
    // Only if it is still the one that was read: compare and swap.
    expect(await reads.command(`md ${name} C${version.slice(1)}`), 'HD', 'NF', 'EX')
  }

  /** One value that all boxes read and write, on the server that its name always stands on. */
  shared(name: string): SharedValue {
    const server = this.serverOf(name, () => true)
    if (server === undefined) throw new StoreError('down', 'no server')
    const { reads } = this.#server(server)
    return {
      read: (known) => readShared(reads, name, known),
      write: (value, version) => writeShared(reads, { name, value, version }),
      close: () => void this.close(),
    }
  }

  async close(): Promise<void> {
    for (const { reads, writes } of this.#servers.values()) {
      reads.close()
      writes.close()
    }
  }

  #server(label: string): Server {
    const server = this.#servers.get(label)
    if (server === undefined) throw new StoreError('down', `no server ${label}`)
    return server
  }
}

/**
 * A version is the number that memcached gives each change, and the random flags of who wrote it: the numbers begin anew when it is
 * started again.
 */
async function readShared(
  connection: MemcachedConnection,
  name: string,
  known: string | undefined,
): Promise<VersionedValue | 'unchanged' | 'absent'> {
  if (known !== undefined) {
    const { code, flags } = await connection.command(`mg ${name} c f`)
    if (code === 'HD' && versionIn(flags) === known) return 'unchanged'
  }
  const { value, flags } = await connection.command(`mg ${name} c f v`)
  return value === undefined ? 'absent' : { value, version: versionIn(flags) }
}

async function writeShared(
  connection: MemcachedConnection,
  { name, value, version }: { readonly name: string; readonly value: Buffer; readonly version: string | undefined },
): Promise<boolean> {
  const condition = version === undefined ? 'ME' : `C${version.split('.', 1)[0]}`
  // No T: it does not run out.
  const words = `ms ${name} ${value.length} ${condition} F${randomInt(2 ** 32)}`
  return expect(await connection.command(words, [value]), 'HD', 'NS', 'EX', 'NF').code === 'HD'
}

function versionIn(flags: readonly string[]): string {
  const after = (letter: string) => flags.find((flag) => flag.startsWith(letter))?.slice(1) ?? ''
  return `${after('c')}.${after('f')}`
}

/**
 * They are all it has. Its clock is set once a second, and while it is late for that, what is written is reckoned from a second
 * before: a value of T seconds is sure to stand for T - 2 only.
 */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) + 2
}

function expect(reply: MetaReply, ...codes: readonly string[]): MetaReply {
  if (codes.includes(reply.code)) return reply
  throw new StoreError('refused', `${reply.code} instead of ${codes.join(' or ')}`)
}

/** As libmemcached spells servers in its ring. */
function ringLabel(address: MemcachedServer['address']): string {
  if ('path' in address) return `${address.path}:0`
  return address.port === DEFAULT_PORT ? address.host : `${address.host}:${address.port}`
}

/**
 * Reads `host`, `host:port`, `[IPv6]:port` or the path of a Unix socket, with a weight behind `#` where it is not 1:
 * `10.0.0.1:11211#2`.
 *
 * @throws with what is wrong
 */
export function parseMemcachedServer(text: string): MemcachedServer {
  const [place = '', weightText = '1'] = text.split('#', 2)
  const weight = Number(weightText)
  if (!/^\d{1,4}$/.test(weightText) || weight < 1) {
    throw new RangeError(`Cannot use memcached ${JSON.stringify(text)}: the weight behind # is 1 to 9999`)
  }
  if (place.startsWith('/')) return { address: { path: place }, weight }
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:/\s]+))(?::(\d{1,5}))?$/.exec(place) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port ?? DEFAULT_PORT) > 65_535) {
    throw new RangeError(`Cannot use memcached ${JSON.stringify(text)}: host:port or the path of a socket`)
  }
  return { address: { host, port: Number(port ?? DEFAULT_PORT) }, weight }
}

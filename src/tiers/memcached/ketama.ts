import { hash } from 'node:crypto'

/** One server of the ring. */
export interface RingServer {
  /** As libmemcached writes it into its points: `host`, `host:port` when the port is not 11211, `path:0` for a socket. */
  readonly label: string
  /** Its share of the keys, relative to the others: a positive whole number. */
  readonly weight: number
}

/** Points per server of average weight; an MD5 digest gives four. */
const POINTS_PER_SERVER = 160
const POINTS_PER_DIGEST = 4

/**
 * Consistent hashing as libmemcached does it with `MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED`, the form that other clients can be set
 * to as well: adding or losing one of n servers moves an n-th of the keys.
 */
export class KetamaRing {
  readonly #points: Uint32Array
  /** The server of the point at the same place. */
  readonly #servers: Uint16Array

  constructor(servers: readonly RingServer[]) {
    const points = servers
      .flatMap((server, index) => pointsOf(server, servers).map((value) => ({ value, index })))
      .sort((a, b) => a.value - b.value)
    this.#points = Uint32Array.from(points, ({ value }) => value)
    this.#servers = Uint16Array.from(points, ({ index }) => index)
  }

  /**
   * The index of the server that a key belongs to.
   *
   * @param isUp servers for which this is false are passed over: their keys go to the next on the ring
   * @returns undefined when no server is up
   */
  serverOf(key: string, isUp: (index: number) => boolean = () => true): number | undefined {
    const start = this.#firstAt(md5(key).readUInt32LE(0))
    for (let step = 0; step < this.#points.length; step++) {
      const index = this.#servers[(start + step) % this.#points.length]!
      if (isUp(index)) return index
    }
    return undefined
  }

  /** The place of the first point not below `value`; behind the last one the ring begins anew. */
  #firstAt(value: number): number {
    let low = 0
    let high = this.#points.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#points[middle]! < value) low = middle + 1
      else high = middle
    }
    return low === this.#points.length ? 0 : low
  }
}

function pointsOf(server: RingServer, all: readonly RingServer[]): number[] {
  const totalWeight = all.reduce((sum, { weight }) => sum + weight, 0)
  // libmemcached computes in single precision up to the product; the addend is its own guard against rounding down.
  const share = Math.fround(server.weight / totalWeight)
  const perDigest = Math.fround(Math.fround(share * POINTS_PER_SERVER) / POINTS_PER_DIGEST)
  const digests = Math.floor(Math.fround(perDigest * all.length) + 0.0000000001)
  const points: number[] = []
  for (let i = 0; i < digests; i++) {
    const digest = md5(`${server.label}-${i}`)
    for (let part = 0; part < POINTS_PER_DIGEST; part++) points.push(digest.readUInt32LE(part * 4))
  }
  return points
}

function md5(text: string): Buffer {
  return hash('md5', text, 'buffer')
}

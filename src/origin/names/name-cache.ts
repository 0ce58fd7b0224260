import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Resolved, Resolver, ServiceTarget } from './resolver.ts'

/** A name is asked for again after its time to live, but not more often or seldom than this. */
const TTL_LEAST_MS = 1_000
const TTL_MOST_MS = 300_000
/** After a failure the last good addresses are used for so long before the resolver is asked again. */
const RETRY_MS = 5_000
/** How long a connection that could go to a last good address waits for the present one. */
const PATIENCE_MS = 500

interface Name {
  addresses: readonly LookupAddress[]
  expiresMs: number
  pending: Promise<void> | undefined
}

/**
 * Names of origins with their addresses, asked for again when their time to live is over. When the resolver fails or is silent the
 * last good addresses hold on: an origin does not vanish because a name server does.
 */
export class NameCache {
  readonly #resolver: Resolver
  readonly #clock: Clock
  readonly #names = new Map<string, Name>()

  constructor(resolver: Resolver, clock: Clock) {
    this.#resolver = resolver
    this.#clock = clock
  }

  /** As `net.connect` wants it. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.addresses(host).then(
      (all) => {
        const family = options.family === 4 || options.family === 6 ? options.family : undefined
        const fitting = family === undefined ? all : all.filter((address) => address.family === family)
        const [first] = fitting
        if (first === undefined) callback(noAddress(host), '')
        else if (options.all) callback(null, [...fitting])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }

  /** @throws what the resolver said, when there never was a good address */
  async addresses(host: string): Promise<readonly LookupAddress[]> {
    const known = this.#names.get(host)
    if (known !== undefined && known.addresses.length > 0) {
      if (this.#clock.now() < known.expiresMs) return known.addresses
      await this.#withPatience(this.#refresh(host, known))
      return known.addresses
    }
    const name: Name = known ?? { addresses: [], expiresMs: 0, pending: undefined }
    this.#names.set(host, name)
    await this.#refresh(host, name)
    return name.addresses
  }

  /** Whether the name stands for this address, as far as is known. */
  holds(host: string, address: string): boolean {
    const addresses = this.#names.get(host)?.addresses ?? []
    return addresses.length === 0 || addresses.some((known) => known.address === address)
  }

  /** How long what `addresses` gave is good. */
  freshForMs(host: string): number {
    return Math.max(TTL_LEAST_MS, (this.#names.get(host)?.expiresMs ?? 0) - this.#clock.now())
  }

  async services(name: string): Promise<Resolved<ServiceTarget>> {
    const { found, ttlMs } = await this.#resolver.services(name)
    return { found, ttlMs: bounded(ttlMs) }
  }

  #refresh(host: string, name: Name): Promise<void> {
    name.pending ??= this.#ask(host, name).finally(() => {
      name.pending = undefined
    })
    return name.pending
  }

  async #ask(host: string, name: Name): Promise<void> {
    try {
      const { found, ttlMs } = await this.#resolver.addresses(host)
      if (found.length === 0) throw noAddress(host)
      name.addresses = found
      name.expiresMs = this.#clock.now() + bounded(ttlMs)
    } catch (error) {
      if (name.addresses.length === 0) throw error
      name.expiresMs = this.#clock.now() + RETRY_MS
    }
  }

  #withPatience(pending: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE_MS, resolve)
      // It has addresses, so it does not reject.
      void pending.then(() => {
        cancel()
        resolve()
      })
    })
  }
}

function bounded(ttlMs: number): number {
  return Math.max(TTL_LEAST_MS, Math.min(TTL_MOST_MS, ttlMs))
}

function noAddress(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND' })
}

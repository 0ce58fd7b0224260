import type { Clock } from '../../clock.ts'
import { formatHostPort } from '../../units.ts'
import type { OriginSettings } from '../settings.ts'
import type { NameCache } from './name-cache.ts'

/** After a name that did not resolve. */
const RETRY_MS = 5_000

export interface DiscoveryParts {
  readonly names: NameCache
  readonly clock: Clock
  /** The members have changed. */
  onMembers(members: readonly OriginSettings[]): void
  /** A name was not resolved; the last good members hold on. */
  onFault(error: unknown): void
}

/** Members that are found by name: one for each address of it, or for each target of its SRV records, as these change. */
export class Discovery {
  readonly #settings: readonly OriginSettings[]
  readonly #parts: DiscoveryParts
  /** By name of the member: what it stands for, or itself until that is known. */
  readonly #found = new Map<string, readonly OriginSettings[]>()
  readonly #cancelTimers = new Map<string, () => void>()
  #stopped = false

  /** @param before what was in use until now: what it has found for the same settings holds until it is found anew */
  constructor(settings: readonly OriginSettings[], before: Discovery | undefined, parts: DiscoveryParts) {
    this.#settings = settings
    this.#parts = parts
    for (const member of settings) {
      const found = before?.foundFor(member)
      if (found !== undefined) this.#found.set(member.name, found)
    }
  }

  foundFor(member: OriginSettings): readonly OriginSettings[] | undefined {
    const own = this.#settings.find(({ name }) => name === member.name)
    return JSON.stringify(own) === JSON.stringify(member) ? this.#found.get(member.name) : undefined
  }

  /** All members as known now. A name that was never resolved stands for itself: a member that cannot be connected to. */
  get members(): readonly OriginSettings[] {
    return this.#settings.flatMap((member) => this.#found.get(member.name) ?? [withoutDiscovery(member)])
  }

  start(): void {
    for (const member of this.#settings) if (member.discover !== undefined) void this.#look(member)
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#cancelTimers.values()) cancel()
  }

  async #look(member: OriginSettings): Promise<void> {
    let againMs = RETRY_MS
    try {
      const { members, ttlMs } = await (member.discover === 'services'
        ? this.#services(member)
        : this.#addresses(member))
      againMs = ttlMs
      if (!this.#stopped && members.length > 0) this.#take(member, members)
    } catch (error) {
      this.#parts.onFault(error)
    }
    if (this.#stopped) return
    this.#cancelTimers.set(
      member.name,
      this.#parts.clock.after(againMs, () => void this.#look(member)),
    )
  }

  #take(member: OriginSettings, members: readonly OriginSettings[]): void {
    const before = this.#found.get(member.name)
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(members)) return
    this.#found.set(member.name, members)
    this.#parts.onMembers(this.members)
  }

  async #addresses(member: OriginSettings): Promise<Found> {
    const url = new URL(member.url)
    const { names } = this.#parts
    const addresses = await names.addresses(url.hostname)
    const texts = addresses.map(({ address }) => address).toSorted()
    const members = texts.map((address) => at(member, { host: address, port: portOf(url), nameOf: url.hostname }))
    return { members, ttlMs: names.freshForMs(url.hostname) }
  }

  async #services(member: OriginSettings): Promise<Found> {
    const { found, ttlMs } = await this.#parts.names.services(new URL(member.url).hostname)
    const first = Math.min(...found.map(({ priority }) => priority))
    const members = found.map(({ host, port, priority, weight }) => ({
      ...at(member, { host, port, nameOf: host }),
      // Weight 0 is for targets that hardly get anything (RFC 2782); the others are relative to each other.
      weight: (member.weight ?? 1) * Math.max(weight, found.every((target) => target.weight === 0) ? 1 : 0.01),
      backup: member.backup === true || priority > first,
    }))
    return { members: members.toSorted((a, b) => (a.name < b.name ? -1 : 1)), ttlMs }
  }
}

interface Found {
  readonly members: readonly OriginSettings[]
  readonly ttlMs: number
}

interface Place {
  readonly host: string
  readonly port: number
  /** What a certificate has to be for. */
  readonly nameOf: string
}

function at(member: OriginSettings, { host, port, nameOf }: Place): OriginSettings {
  const { tls, url, name, ...others } = withoutDiscovery(member)
  const place = formatHostPort({ host, port })
  const scheme = new URL(url).protocol
  return {
    ...others,
    name: `${name} ${place}`,
    url: `${scheme}//${place}`,
    ...(scheme === 'https:' && { tls: { ...tls, servername: tls?.servername ?? nameOf } }),
  }
}

function withoutDiscovery({ discover, ...member }: OriginSettings): OriginSettings {
  return member
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
}

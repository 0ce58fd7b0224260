import { hostOf, parseAuthority } from './authority.ts'

/** The hosts that are served: `example.org`, `[::1]`, `*.example.org` (every name below, not the name itself). */
export class HostList {
  readonly #hosts = new Set<string>()
  readonly #suffixes: string[] = []

  /** @throws Error when an entry is no host */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const isPattern = entry.startsWith('*.')
      const name = isPattern ? entry.slice(2) : entry
      const host = parseAuthority(name, 'http')
      if (host === undefined || hostOf(name) !== name) throw new Error(`Not a host name without a port: "${entry}"`)
      if (isPattern) this.#suffixes.push(`.${host}`)
      else this.#hosts.add(host)
    }
  }

  /** @param authority normalised; its port does not matter */
  includes(authority: string): boolean {
    const host = hostOf(authority)
    return this.#hosts.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix))
  }
}

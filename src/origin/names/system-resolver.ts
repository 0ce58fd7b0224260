import { promises as dns } from 'node:dns'
import type { Resolver } from './resolver.ts'

/** For names whose time to live is not known: those of the hosts file, and SRV records as Node gives them. */
const TTL_UNKNOWN_MS = 30_000
/** How long a known address waits to hear for how long it is good. */
const TTL_PATIENCE_MS = 100

/**
 * The system's resolver (hosts file, nsswitch, search domains), which knows no times to live: these come from the name server,
 * asked beside it.
 */
export function systemResolver(): Resolver {
  const resolver = new dns.Resolver({ timeout: 1_000, tries: 1 })

  async function ttlMs(host: string): Promise<number> {
    const answers = await Promise.allSettled([
      resolver.resolve4(host, { ttl: true }),
      resolver.resolve6(host, { ttl: true }),
    ])
    const seconds = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? answer.value.map(({ ttl }) => ttl) : [],
    )
    return seconds.length === 0 ? TTL_UNKNOWN_MS : Math.min(...seconds) * 1000
  }

  return {
    async addresses(host) {
      const ttl = ttlMs(host)
      const found = await dns.lookup(host, { all: true, order: 'verbatim' })
      return { found, ttlMs: await Promise.race([ttl, after(TTL_PATIENCE_MS, TTL_UNKNOWN_MS)]) }
    },
    async services(name) {
      const records = await resolver.resolveSrv(name)
      const found = records.map(({ name: host, port, priority, weight }) => ({ host, port, priority, weight }))
      return { found, ttlMs: TTL_UNKNOWN_MS }
    },
  }
}

function after<T>(delayMs: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), delayMs).unref())
}

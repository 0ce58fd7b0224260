import { randomBytes } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { PoolRulesConfig } from '../config/pool-config.ts'

/** One for the life of the process: neither a reload nor a worker that is started again moves visitors. */
const madeUp = randomBytes(32).toString('base64url')
const salt = randomBytes(32).toString('base64url')

/**
 * The configuration as each of so many threads gets it: with its part of what an origin may be asked at a time and of what is remembered for advice, and where a sticky
 * cookie has no secret, with one that is the same for all of them.
 */
export function configForThreads(config: Config, count: number): Config {
  const { learn, limits } = config
  return {
    ...config,
    limits: {
      ...limits,
      originConnectionsMax: Math.max(1, Math.floor(limits.originConnectionsMax / count)),
      originQueueMax: Math.ceil(limits.originQueueMax / count),
    },
    learn: { ...learn, memoryBytes: Math.floor(learn.memoryBytes / count), salt },
    originRules: withSecret(config.originRules),
    pools: config.pools.map((pool) => ({ ...pool, ...withSecret(pool) })),
  }
}

function withSecret(rules: PoolRulesConfig): PoolRulesConfig {
  const { balance } = rules
  if (balance.stickyCookie === undefined || balance.stickySecret !== undefined) return rules
  return { ...rules, balance: { ...balance, stickySecret: madeUp } }
}

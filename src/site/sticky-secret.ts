import { randomBytes } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { PoolRulesConfig } from '../config/pool-config.ts'

/** One for the life of the process: neither a reload nor a worker that is started again moves visitors. */
const madeUp = randomBytes(32).toString('base64url')

/** The configuration with a secret wherever a sticky cookie has none, the same one for all threads that get it. */
export function withStickySecrets(config: Config): Config {
  return {
    ...config,
    originRules: withSecret(config.originRules),
    pools: config.pools.map((pool) => ({ ...pool, ...withSecret(pool) })),
  }
}

function withSecret(rules: PoolRulesConfig): PoolRulesConfig {
  const { balance } = rules
  if (balance.stickyCookie === undefined || balance.stickySecret !== undefined) return rules
  return { ...rules, balance: { ...balance, stickySecret: madeUp } }
}

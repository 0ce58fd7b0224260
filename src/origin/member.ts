import type { Health } from './health.ts'
import type { MemberConnections } from './member-connections.ts'

/** One origin server of a pool. */
export interface Member {
  readonly name: string
  /** Its place in the configuration, from 0. */
  readonly index: number
  readonly health: Health
  readonly connections: MemberConnections
  /** For tunnels, which do not use these connections; undefined where there can be none. */
  readonly tunnelUrl: URL | undefined
}

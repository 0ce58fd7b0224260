import type { Duplex } from 'node:stream'

/** The origin's end of a connection that has switched protocols. Whoever gets it has to destroy it in the end. */
export interface Tunnel {
  readonly socket: Duplex
  /** What the origin has sent right behind its answer. */
  readonly early: Buffer
}

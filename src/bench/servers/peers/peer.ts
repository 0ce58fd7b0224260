import type { CachePlace } from '../cache.ts'

/** Another cache from Debian, given the rules that Breakwater gets, as far as it has them. */
export interface Peer {
  readonly id: string
  readonly name: string
  readonly command: string
  /** Makes it print its version. */
  readonly versionArgument: string
  /** Whom it becomes when started as root, and who then has to own its folder. */
  readonly user?: string
  /** Writes the configuration. @returns the arguments that start it in the foreground */
  prepare(place: CachePlace & { readonly port: number }): readonly string[]
}

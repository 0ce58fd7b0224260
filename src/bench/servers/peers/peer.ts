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
  /** What the names of its shared memory begin with, when it leaves that behind if it is killed. */
  sharedMemoryName?(port: number): string
  /** Writes the configuration. @returns the arguments that start it in the foreground */
  prepare(place: CachePlace & { readonly port: number }): readonly string[]
}

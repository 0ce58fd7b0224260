import type { Field, HeadKind } from './request-head.ts'

/** Which URLs a load asks for. */
export type Targets =
  | { readonly kind: 'one'; readonly path: string }
  /** The same, with another `Referer` each time: no head is that of a request before. */
  | { readonly kind: 'one-from-many'; readonly path: string }
  /** `PREFIX1`, `PREFIX2`, … in turn, starting with `first`: each is new to the cache. */
  | { readonly kind: 'sequence'; readonly prefix: string; readonly first: number }
  /** `PREFIXn` with n from 1 to `count`, the n-th in proportion to 1/n: a site's few popular pages and its long tail. */
  | { readonly kind: 'zipf'; readonly prefix: string; readonly count: number }
  /** `PREFIXn` with n from `first`, all of `count` alike. */
  | { readonly kind: 'uniform'; readonly prefix: string; readonly first: number; readonly count: number }

/** What the clients send. */
export interface Load {
  readonly head: HeadKind
  readonly fields?: readonly Field[]
  readonly targets: Targets
  /** Each connection waits after a response, so long on average; none by default. */
  readonly pauseMs?: number
}

let sequences = 0

/** The same, but of a sequence URLs that this process has not asked for before. */
export function withNewUrls(load: Load): Load {
  if (load.targets.kind !== 'sequence') return load
  return { ...load, targets: { ...load.targets, first: ++sequences * 100_000_000 } }
}

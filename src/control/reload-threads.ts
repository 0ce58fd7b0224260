import type { Config, ListenAddress } from '../config/config.ts'
import type { Gathered, Threads } from './threads.ts'

export type ThreadsReloaded =
  /** With where they listen now. */
  | { readonly kind: 'reloaded'; readonly addresses: readonly ListenAddress[] }
  /** Nothing has changed; why, for each thread that could not. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }

/** Opening addresses and files; names may have to be resolved for it. */
const PREPARE_MS = 10_000

/**
 * Puts another configuration in force in all threads, or in none (docs/decisions/reload.md). The first thread goes ahead, because
 * it chooses the ports where the system is to choose.
 */
export async function reloadThreads(threads: Threads, config: Config): Promise<ThreadsReloaded> {
  const all = Array.from({ length: threads.count }, (_, i) => i)
  const prepare = (next: Config, some: readonly number[]): Promise<Gathered<readonly ListenAddress[]>> =>
    threads.ask('prepareReload', next, { withinMs: PREPARE_MS, threads: some })

  const first = await prepare(config, all.slice(0, 1))
  const addresses = first.answers[0]?.answer
  if (addresses === undefined) return abandoned(threads, first)
  const others = await prepare({ ...config, listen: addresses }, all.slice(1))
  if (others.failed.length > 0) return abandoned(threads, others)
  await threads.ask('finishReload', 'commit', { withinMs: PREPARE_MS })
  return { kind: 'reloaded', addresses }
}

async function abandoned(threads: Threads, { failed }: Gathered<unknown>): Promise<ThreadsReloaded> {
  await threads.ask('finishReload', 'abandon', { withinMs: PREPARE_MS })
  return { kind: 'refused', reasons: [...new Set(failed.map(({ why }) => why))] }
}

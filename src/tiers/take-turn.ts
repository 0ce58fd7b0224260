import type { Clock } from '../clock.ts'
import type { RawFields } from '../http/fields.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Patience } from './patience.ts'
import type { Tier } from './tier.ts'

export type Turn =
  /** Ask the origin; call `done` when what it sent has been put, or will not be. */
  | { readonly kind: 'fetch'; readonly done: () => void }
  /** Another box has asked meanwhile. */
  | { readonly kind: 'stored'; readonly stored: StoredResponse }

export interface TurnOptions {
  readonly clock: Clock
  readonly key: string
  readonly requestFields: RawFields
  /** As long as others wait for a box that has died. */
  readonly leaseMs: number
  /** What the request has left for the first look; each later one is given as much as it had. */
  readonly patience: Patience
  /** Most that a client waits for another box. */
  readonly waitMs: number
  /** Whether what is found may be used: the one that all are replacing is found, too. */
  readonly isUsable: (stored: StoredResponse) => boolean
}

const FIRST_PAUSE_MS = 10
const PAUSE_MAX_MS = 100

/**
 * One box fetches what many miss at one moment: the first gets the lease, the others look again until it has stored something
 * or they have waited long enough; a tier that does not answer is not looked at again. Who has something stale to serve serves
 * that instead of calling this. Never rejects; where nobody can tell, everyone fetches.
 */
export async function takeTurn(tier: Pick<Tier, 'lease' | 'find'>, options: TurnOptions): Promise<Turn> {
  const { clock, key, requestFields, leaseMs, waitMs, isUsable } = options
  const untilMs = clock.now() + waitMs
  let { patience } = options
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    const lease = await tier.lease(key, leaseMs, patience)
    if (lease.kind === 'none') return { kind: 'fetch', done: () => {} }
    const waited = pauseMs > FIRST_PAUSE_MS
    if (lease.kind === 'held' || waited) {
      const stored = await tier.find(key, requestFields, patience)
      if (stored !== undefined && isUsable(stored)) {
        if (lease.kind === 'won') lease.release()
        return { kind: 'stored', stored }
      }
    }
    if (lease.kind === 'won') return { kind: 'fetch', done: lease.release }
    if (patience.leftMs === 0 || clock.now() + pauseMs > untilMs) return { kind: 'fetch', done: () => {} }
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve))
    patience = patience.anew()
  }
}

import { EventEmitter, once } from 'node:events'
import { systemClock } from '../../src/clock.ts'
import type { RawFields } from '../../src/http/fields.ts'
import { parseResponseDirectives } from '../../src/rfc9111/directives.ts'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { selectingFields } from '../../src/rfc9111/vary.ts'
import { openMemcachedTier, openRedisTier, type SharedTierOptions } from '../../src/tiers/open-tier.ts'
import type { RemoteTier } from '../../src/tiers/remote-tier.ts'
import type { Invalidations, StateChange } from '../../src/tiers/tier.ts'

/** A stored response with this body, selected by what its `Vary` names of the request. */
export function stored(
  body: string | Buffer,
  options: { fields?: RawFields; request?: RawFields } & Partial<StoredResponse> = {},
): StoredResponse {
  const { fields = ['Content-Type', 'text/plain'], request = [], ...rest } = options
  const selecting = selectingFields(fields, request)
  if (selecting === 'never') throw new Error('Vary: * is never stored')
  const nowMs = Date.now()
  return {
    requestMethod: 'GET',
    status: 200,
    reason: 'OK',
    fields,
    body: Buffer.from(body),
    requestTimeMs: nowMs,
    responseTimeMs: nowMs,
    dateMs: nowMs,
    ageFieldSeconds: 0,
    lifetime: { seconds: 60, source: 'max-age' },
    directives: parseResponseDirectives(['max-age=60']),
    selecting,
    range: undefined,
    tags: [],
    invalidated: false,
    ...rest,
  }
}

/** Collects changes of state, and waits for one. */
export class States {
  readonly changes: StateChange[] = []
  readonly #events = new EventEmitter()

  readonly note = (change: StateChange): void => {
    this.changes.push(change)
    this.#events.emit('change')
  }

  /** Resolves when the latest change is to that state. */
  async latest(state: StateChange['state']): Promise<StateChange> {
    for (;;) {
      const change = this.changes.at(-1)
      if (change?.state === state) return change
      await once(this.#events, 'change')
    }
  }
}

export interface OpenTier {
  readonly tier: RemoteTier
  readonly states: States
}

type Options = SharedTierOptions & { readonly invalidations?: Invalidations }

/** Generous deadlines: on a busy machine a test is not to fail for one that was missed by chance. */
const patient = { deadlineMs: 2_000, connectTimeoutMs: 2_000 }

export async function openRedis(url: string, options: Options & { ca?: string } = {}): Promise<OpenTier> {
  const states = new States()
  const { invalidations, ...shared } = options
  const parts = { clock: systemClock(), onState: states.note, ...(invalidations && { invalidations }) }
  const tier = openRedisTier({ url, ...patient, ...shared }, parts)
  await tier.ready
  return { tier, states }
}

export async function openMemcached(
  servers: readonly string[],
  options: Options & { whenDown?: 'rehash' | 'skip' } = {},
): Promise<OpenTier> {
  const states = new States()
  const { invalidations, ...shared } = options
  const parts = { clock: systemClock(), onState: states.note, ...(invalidations && { invalidations }) }
  const tier = openMemcachedTier({ servers, ...patient, ...shared }, parts)
  await tier.ready
  return { tier, states }
}

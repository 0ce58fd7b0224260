import { systemClock } from '../../src/clock.ts'
import type { BodySource } from '../../src/http/body.ts'
import type { RawFields } from '../../src/http/fields.ts'
import type { ExchangeRecord } from '../../src/listener/exchange-record.ts'
import { type ListenerHooks, SILENT_HOOKS } from '../../src/listener/listener-hooks.ts'
import {
  DEFAULT_LIMITS,
  DEFAULT_TIMES,
  type ListenerLimits,
  type ListenerSettings,
  type ListenerTimes,
} from '../../src/listener/listener-settings.ts'
import { type Listeners, startListeners } from '../../src/listener/start-listeners.ts'
import type { ProxyRequest } from '../../src/request/proxy-request.ts'
import type { ProxyResponse, RequestHandler } from '../../src/request/proxy-response.ts'
import type { RequestSettings } from '../../src/request/request-settings.ts'
import { TrustedPeers } from '../../src/request/trusted-peers.ts'

export interface LaneOptions {
  readonly limits?: Partial<ListenerLimits>
  readonly times?: Partial<ListenerTimes>
  readonly request?: Partial<RequestSettings>
  readonly hooks?: Partial<ListenerHooks>
}

/** Listeners on a free port whose core is the test's. */
export interface ScriptedLane {
  readonly port: number
  readonly listeners: Listeners
  /** Every request that reached the core, in order. */
  readonly requests: ProxyRequest[]
  /** Every exchange published so far. */
  readonly records: ExchangeRecord[]
  readonly internalErrors: unknown[]
  /** Resolves when so many records are there. */
  recorded(count: number): Promise<ExchangeRecord>
  stop(): Promise<void>
}

export async function startLane(handle: RequestHandler, options: LaneOptions = {}): Promise<ScriptedLane> {
  const requests: ProxyRequest[] = []
  const records: ExchangeRecord[] = []
  const internalErrors: unknown[] = []
  let onRecord: () => void = () => {}
  const record = (one: ExchangeRecord): void => {
    records.push(one)
    onRecord()
  }
  const listeners = await startListeners({
    settings: laneSettings(options),
    handle: (request) => {
      requests.push(request)
      return handle(request)
    },
    hooks: {
      ...SILENT_HOOKS,
      onExchange: record,
      onInternalError: (error) => internalErrors.push(error),
      ...options.hooks,
    },
    clock: systemClock(),
  })
  return {
    port: listeners.addresses[0]!.port,
    listeners,
    requests,
    records,
    internalErrors,
    async recorded(count) {
      while (records.length < count) await new Promise<void>((resolve) => (onRecord = resolve))
      return records[count - 1]!
    },
    stop: () => listeners.stop(0),
  }
}

export function laneSettings(options: LaneOptions = {}): ListenerSettings {
  return {
    addresses: [{ host: '127.0.0.1', port: 0 }],
    reusePort: false,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    times: { ...DEFAULT_TIMES, ...options.times },
    request: { ...requestSettings, ...options.request },
    forwarding: { pseudonym: 'breakwater', sendForwarded: true },
  }
}

export const requestSettings: RequestSettings = {
  servesHost: undefined,
  purgeMethods: new Set(),
  defaultAuthority: 'default.test',
  trusted: new TrustedPeers([]),
  pseudonym: 'breakwater',
  targetBytesMax: 8192,
  fieldsMax: 100,
}

/** A right response; a string becomes a body in memory. */
export function answer(
  body: string | Buffer | BodySource | undefined = 'ok',
  rest: Partial<ProxyResponse> = {},
): ProxyResponse {
  return {
    status: 200,
    reason: '',
    fields: [] as RawFields,
    body: typeof body === 'string' ? Buffer.from(body) : body,
    announcedLength: undefined,
    decision: { outcome: 'pass' },
    ...rest,
  }
}

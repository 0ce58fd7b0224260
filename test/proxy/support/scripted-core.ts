import assert from 'node:assert/strict'
import type { CacheSettings, RuleConfig, RuleMatch } from '../../../src/config/config.ts'
import { ProxyError } from '../../../src/errors.ts'
import { Flights } from '../../../src/forward/flights.ts'
import { type BodySource, BufferBody, readWhole } from '../../../src/http/body.ts'
import type { RawFields } from '../../../src/http/fields.ts'
import { firstValue } from '../../../src/http/fields.ts'
import { Lookup } from '../../../src/lookup/lookup.ts'
import type {
  OriginHandler,
  OriginPool,
  OriginRequest,
  OriginResponse,
  SentRequest,
} from '../../../src/origin/origin-client.ts'
import { createPlanner } from '../../../src/policy/planner.ts'
import type { PurgeRecord, Purging } from '../../../src/proxy/answer-purge.ts'
import type { Core } from '../../../src/proxy/core.ts'
import { createRequestHandler } from '../../../src/proxy/handle-request.ts'
import { InvalidateHere, uriAlias } from '../../../src/proxy/invalidate-here.ts'
import { Invalidator } from '../../../src/proxy/invalidator.ts'
import { RememberedPlans } from '../../../src/proxy/remembered-plans.ts'
import { RememberedTemplates } from '../../../src/proxy/remembered-templates.ts'
import type { ProxyRequest } from '../../../src/request/proxy-request.ts'
import type { ProxyResponse, RequestHandler } from '../../../src/request/proxy-response.ts'
import { Responder } from '../../../src/respond/responder.ts'
import { MemoryTier } from '../../../src/tiers/memory/memory-tier.ts'
import { HeldClock } from '../../support/held-clock.ts'

/** A request that reached the origin, to be answered by the test when it likes. */
export interface Asked {
  readonly request: OriginRequest
  field(name: string): string | undefined
  respond(status: number, fields?: RawFields, body?: string | BodySource): void
  fail(error?: ProxyError): void
  interim(status: number, fields: RawFields): void
  readonly abandoned: boolean
}

export interface ScriptedCoreOptions {
  readonly settings?: Partial<CacheSettings>
  readonly rules?: readonly RuleConfig[]
  readonly purging?: Purging
  readonly objectBytesMax?: number
  readonly obeyRequestDirectives?: boolean
  /** Asked in the place of the test. */
  readonly pool?: OriginPool
  readonly templates?: RememberedTemplates
}

/** What the configuration's defaults are without a file: the rules of the RFC, and grace. */
export const BARE_SETTINGS: CacheSettings = {
  cache: 'store',
  freshnessSeconds: undefined,
  defaultFreshnessSeconds: undefined,
  graceSeconds: 6 * 3600,
  refreshSeconds: 0,
  negativeSeconds: undefined,
  keepSeconds: 86_400,
  setCookie: 'pass',
  deceptionGuard: true,
  originFields: [],
  cookies: { pass: [], ignore: [] },
  key: { scheme: true, query: { ignore: [], only: undefined, sort: false }, cookies: [], headers: [] },
  requestFields: { remove: [], set: [] },
  responseFields: { remove: [], set: [] },
}

/** The match of a rule without conditions, to add them to. */
export const ANY: RuleMatch = {
  hosts: [],
  paths: [],
  queries: [],
  methods: [],
  cookies: [],
  headers: [],
  statuses: [],
  types: [],
  responseHeaders: [],
}

/** The core over an origin that the test plays, with the clock held. */
export class ScriptedCore {
  readonly clock = new HeldClock()
  readonly asked: Asked[] = []
  readonly failures: ProxyError[] = []
  readonly purges: PurgeRecord[] = []
  readonly memory: MemoryTier
  readonly core: Core
  readonly handle: RequestHandler
  /** Answers at once when set; otherwise the test answers what is in `asked`. */
  answer: ((asked: Asked) => void) | undefined
  #waiting: (() => void)[] = []

  constructor(options: ScriptedCoreOptions = {}) {
    const { clock } = this
    const objectBytesMax = options.objectBytesMax ?? 1024 * 1024
    this.memory = new MemoryTier({ bytesMax: 64 * 1024 * 1024, objectBytesMax, variantsMax: 64, aliasOf: uriAlias })
    const flights = new Flights()
    const here = new InvalidateHere({ clock, flights, memory: this.memory })
    const obeyRequestDirectives = options.obeyRequestDirectives ?? false
    const lookup = new Lookup(clock, this.memory, { rememberUncacheableMs: 120_000, obeyRequestDirectives })
    this.core = {
      clock,
      settings: { coalescing: true, objectBytesMax, obeyRequestDirectives },
      plan: createPlanner({ defaults: { ...BARE_SETTINGS, ...options.settings }, rules: options.rules ?? [] }),
      plans: new RememberedPlans(1_000),
      templates: options.templates ?? new RememberedTemplates(),
      lookup,
      peers: undefined,
      tiers: undefined,
      onPurge: (record) => this.purges.push(record),
      onFault: (error) => assert.fail(String(error)),
      memory: this.memory,
      flights,
      purgesSoftly: true,
      purging: options.purging,
      invalidator: new Invalidator({ here, peers: undefined, tiers: undefined }),
      pool: options.pool ?? this.#pool(),
      responder: new Responder(clock, { viaName: 'breakwater', cacheStatus: { name: 'Breakwater', showKey: false } }),
      ownCookies: undefined,
      isCrawler: () => false,
      forwardingFields: () => ['Via', '1.1 breakwater'],
      onFailure: (error) => this.failures.push(error),
    }
    this.handle = createRequestHandler(this.core)
  }

  /** Resolves when the origin has been asked `count` times in all. */
  async askedTimes(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  async get(target: string, fields: RawFields = [], more: Partial<ProxyRequest> = {}): Promise<Reply> {
    return readReply(await this.handle(scriptedRequest(target, fields, { receivedMs: this.clock.now(), ...more })))
  }

  #pool(): OriginPool {
    return {
      sick: false,
      close: () => {},
      send: (request, handler) => this.#receive(request, handler),
    }
  }

  #receive(request: OriginRequest, handler: OriginHandler): SentRequest {
    const requestTimeMs = this.clock.now()
    const asked = {
      request,
      abandoned: false,
      field: (name: string) => firstValue(request.fields, name),
      interim: (status: number, fields: RawFields) => handler.onInterim(status, fields),
      fail: (error?: ProxyError) => handler.onError(error ?? refused()),
      respond: (status: number, fields: RawFields = [], body: string | BodySource = '') =>
        handler.onResponse(originResponse(request, { status, fields, body, requestTimeMs, nowMs: this.clock.now() })),
    }
    this.asked.push(asked)
    for (const resolve of this.#waiting.splice(0)) resolve()
    this.answer?.(asked)
    return {
      abandon: () => {
        asked.abandoned = true
      },
    }
  }
}

export interface Reply {
  readonly status: number
  readonly body: string
  readonly response: ProxyResponse
  field(name: string): string | undefined
}

export async function readReply(response: ProxyResponse): Promise<Reply> {
  const { body } = response
  const bytes =
    body === undefined || Buffer.isBuffer(body) ? body : await readWhole(body, Number.MAX_SAFE_INTEGER, refused)
  return {
    status: response.status,
    body: bytes?.toString('latin1') ?? '',
    response,
    field: (name) => firstValue(response.fields, name),
  }
}

export function scriptedRequest(
  target: string,
  fields: RawFields = [],
  more: Partial<ProxyRequest> = {},
): ProxyRequest {
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'h.test',
    target,
    version: '1.1',
    fields,
    forwarding: [],
    clientAddress: '192.0.2.1',
    peerAddress: '192.0.2.1',
    receivedMs: 0,
    body: undefined,
    expectsContinue: false,
    acceptsTrailers: false,
    isForwarded: false,
    upgrade: undefined,
    exchange: { interim: () => {}, onGone: () => {} },
    ...more,
  }
}

export function refused(): ProxyError {
  return new ProxyError('ORIGIN_REFUSED', 'Cannot connect to origin "scripted"', {
    source: 'origin',
    status: 502,
    retryable: true,
  })
}

interface Scripted {
  readonly status: number
  readonly fields: RawFields
  readonly body: string | BodySource
  readonly requestTimeMs: number
  readonly nowMs: number
}

function originResponse(request: OriginRequest, scripted: Scripted): OriginResponse {
  const { status, fields, requestTimeMs, nowMs } = scripted
  const source =
    typeof scripted.body === 'string' ? new BufferBody(Buffer.from(scripted.body, 'latin1')) : scripted.body
  const withoutBody = request.method === 'HEAD' || status === 304 || status === 204
  return {
    status,
    reason: '',
    fields,
    body: withoutBody ? undefined : source,
    announcedLength: source.length,
    framing: withoutBody ? 'none' : source.length === undefined ? 'chunked' : 'length',
    requestTimeMs,
    responseTimeMs: nowMs,
    origin: 'scripted',
  }
}

import { ProxyError } from '../errors.ts'
import { readWhole } from '../http/body.ts'
import { hasField } from '../http/fields.ts'
import { type PurgeAccess, withoutSendersOwn } from '../invalidate/access.ts'
import type { Answer, PurgeRequest, Reading } from '../invalidate/dialects/dialect.ts'
import type { PathDialect } from '../invalidate/dialects/paths.ts'
import { PurgeError, type PurgeOrder, type PurgeSender, toInvalidations } from '../invalidate/orders.ts'
import { isPurge, PURGE_METHODS, readPurge } from '../invalidate/read-purge.ts'
import { uriOfKey } from '../policy/cache-key.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import { requestDirectives } from '../rfc9111/directives.ts'
import type { Core } from './core.ts'
import type { PurgeReport } from './invalidator.ts'

/** A purge that was carried out: who ordered it, what, and what came of it. */
export interface PurgeRecord {
  readonly sender: PurgeSender
  readonly orders: readonly PurgeOrder[]
  readonly report: PurgeReport
}

/** How purges by request are taken; a site without it forwards them. */
export interface Purging {
  readonly access: PurgeAccess
  readonly paths: ReadonlySet<PathDialect>
  /** `refreshByNoCache` of the configuration. */
  readonly refreshByNoCache: boolean
}

const BODY_BYTES_MAX = 256 * 1024
const ALLOW = ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']

/** Carries out what is ordered, everywhere. @throws PurgeError for an order that cannot be carried out, before anything is done */
export async function purge(core: Core, orders: readonly PurgeOrder[], sender: PurgeSender): Promise<PurgeReport> {
  const invalidations = toInvalidations(orders, { soft: core.purgesSoftly, keyedUri: (uri) => keyedUri(core, uri) })
  const report = await core.invalidator.everywhere(invalidations)
  core.onPurge({ sender, orders, report })
  return report
}

/** Answers a purge; undefined for a request that is none, or where purges are left to the origin. */
export function answerPurge(
  core: Core,
  request: ProxyRequest,
  serve: (request: ProxyRequest) => ProxyResponse | Promise<ProxyResponse>,
): Promise<ProxyResponse> | undefined {
  const { purging } = core
  if (purging === undefined) return undefined
  if (purging.refreshByNoCache && isRefreshByNoCache(request) && purging.access.allows(request)) {
    return refreshed(core, request, { address: request.clientAddress, dialect: 'no-cache' }, serve)
  }
  if (!isPurge(request, purging.paths)) return undefined
  return answer(core, purging, request, serve)
}

/** FOSHttpCache's way to refresh. With credentials it is somebody's own request: what they would get is not for everybody. */
function isRefreshByNoCache({ method, fields }: ProxyRequest): boolean {
  return (
    method === 'GET' &&
    requestDirectives(fields).noCache &&
    !['cookie', 'authorization'].some((name) => hasField(fields, name))
  )
}

async function answer(
  core: Core,
  { access, paths }: Purging,
  request: ProxyRequest,
  serve: (request: ProxyRequest) => ProxyResponse | Promise<ProxyResponse>,
): Promise<ProxyResponse> {
  if (!access.allows(request)) {
    const isMethod = PURGE_METHODS.has(request.method)
    const fields = isMethod ? ALLOW : []
    return said(core, request, { status: isMethod ? 405 : 403, detail: 'purge-denied', fields }, { status: 'denied' })
  }
  try {
    const { dialect, reading } = readPurge(await withBody(request), paths)
    const sender = { address: request.clientAddress, dialect }
    if (reading.kind === 'refresh') return await refreshed(core, request, sender, serve)
    return await carriedOut(core, request, sender, reading)
  } catch (error) {
    if (error instanceof PurgeError) return refused(core, request, error.message)
    throw error
  }
}

async function carriedOut(
  core: Core,
  request: ProxyRequest,
  sender: PurgeSender,
  reading: Exclude<Reading, { kind: 'refresh' }>,
): Promise<ProxyResponse> {
  if (reading.kind === 'malformed') return refused(core, request, reading.why)
  const report = await purge(core, reading.orders, sender)
  return said(core, request, { status: 200, detail: 'purge' }, body(reading.answer, report))
}

function body({ message, members }: Answer, report: PurgeReport): Readonly<Record<string, unknown>> {
  return { status: 'ok', message, ...report, ...members }
}

/** What is stored is not used for this request, and gives way to what the origin says now. */
async function refreshed(
  core: Core,
  request: ProxyRequest,
  sender: PurgeSender,
  serve: (request: ProxyRequest) => ProxyResponse | Promise<ProxyResponse>,
): Promise<ProxyResponse> {
  const uri = `${request.scheme}://${request.authority}${request.target}`
  await purge(core, [{ scope: 'uri', uri, soft: false }], sender)
  return serve({ ...request, method: 'GET', fields: withoutSendersOwn(request.fields), body: undefined })
}

function refused(core: Core, request: ProxyRequest, why: string): ProxyResponse {
  return said(core, request, { status: 400, detail: 'purge-malformed' }, { status: 'error', message: why })
}

function said(
  core: Core,
  request: ProxyRequest,
  answer: { readonly status: number; readonly detail: string; readonly fields?: readonly string[] },
  body: Readonly<Record<string, unknown>>,
): ProxyResponse {
  return core.responder.local(request, { ...answer, json: body })
}

/** Only the JSON APIs say something in their body; what others send there is left unread. */
async function withBody(request: ProxyRequest): Promise<PurgeRequest> {
  if (request.method !== 'POST' || request.body === undefined) return { ...request, body: '' }
  const tooLarge = () =>
    new ProxyError('CLIENT_BAD_BODY', 'Cannot read purge: its body is too large', { source: 'client', status: 413 })
  const whole = await readWhole(request.body, BODY_BYTES_MAX, tooLarge)
  if (whole === undefined) throw new PurgeError(`the body is larger than ${BODY_BYTES_MAX} bytes`)
  return { ...request, body: whole.toString('utf8') }
}

/** A URI as it is in the keys of this site: host, path and the part of its query that counts. */
function keyedUri(core: Core, uri: Pick<ProxyRequest, 'scheme' | 'authority' | 'target'>): string {
  const { key } = core.plan({ ...ANYBODY, ...uri })
  const keyed = uriOfKey(key)
  if (keyed === undefined) throw new PurgeError('the site has no key for this URL')
  return keyed.authority + keyed.target
}

const ANYBODY: Omit<ProxyRequest, 'scheme' | 'authority' | 'target'> = {
  method: 'GET',
  version: '1.1',
  fields: [],
  forwarding: [],
  isForwarded: false,
  clientAddress: '',
  peerAddress: '',
  receivedMs: 0,
  body: undefined,
  expectsContinue: false,
  acceptsTrailers: false,
  upgrade: undefined,
  exchange: { interim: () => {}, onGone: () => {} },
}

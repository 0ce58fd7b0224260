import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ListenAddress } from '../config/config.ts'
import type { EventLog } from '../log/event-log.ts'
import { Access, refuseForms } from './access.ts'
import { AdminError } from './admin-error.ts'
import type { AdminParts } from './admin-parts.ts'
import { dashboardFiles } from './dashboard-files.ts'
import { readJson } from './read-json.ts'
import type { Answer } from './route.ts'
import { findRoute } from './routes.ts'
import { API_FIELDS, PAGE_FIELDS } from './security-fields.ts'
import { StaticFiles } from './static-files.ts'

export interface AdminSettings {
  readonly listen: ListenAddress
  readonly token: string | undefined
}

export interface AdminListener {
  /** Where it listens; undefined while it cannot. */
  readonly address: ListenAddress | undefined
  close(): Promise<void>
}

/** While the port is taken, by another program or by the process that this one follows. */
const RETRY_MS = 2_000

/**
 * Opens the listener for people and programs that look after this one. A port that is taken is said once, and tried again
 * and again: traffic does not depend on it.
 */
export async function openAdmin(settings: AdminSettings, parts: AdminParts, log: EventLog): Promise<AdminListener> {
  const files = filesOrNone(log)
  const access = new Access(settings.token, parts.clock)
  const server = createAdminServer((request, response) => {
    void answerRequest({ access, files, parts, log }, request, response)
  })
  let cancelRetry = (): void => {}
  let isClosed = false
  const open = async (isFirst: boolean): Promise<void> => {
    const error = await listen(server, settings.listen)
    if (error === undefined || isClosed) return
    if (isFirst)
      log.warn({ error }, 'the admin listener cannot be opened, traffic is served without it; it is tried again')
    cancelRetry = parts.clock.after(RETRY_MS, () => void open(false))
  }
  await open(true)
  return {
    get address() {
      const address = server.address()
      return address === null || typeof address === 'string' ? undefined : { host: address.address, port: address.port }
    },
    async close() {
      isClosed = true
      cancelRetry()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Traffic, metrics and the API do not depend on the dashboard. */
function filesOrNone(log: EventLog): StaticFiles {
  try {
    return dashboardFiles()
  } catch (error) {
    log.warn({ error }, 'files of the dashboard are missing, the admin listener is opened without it; install it again')
    return new StaticFiles()
  }
}

function createAdminServer(onRequest: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
    },
    onRequest,
  )
  server.maxConnections = 256
  return server
}

/** @returns what it failed with */
function listen(server: Server, { host, port }: ListenAddress): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const onError = (error: Error): void => {
      // It is tried again, with listeners of its own.
      server.off('listening', onListening)
      resolve(error)
    }
    const onListening = (): void => {
      server.off('error', onError)
      server.on('error', () => {}) // a connection that could not be accepted
      resolve(undefined)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen({ host, port })
  })
}

interface Situation {
  readonly access: Access
  readonly files: StaticFiles
  readonly parts: AdminParts
  readonly log: EventLog
}

async function answerRequest(situation: Situation, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => {})
  try {
    const { status, type, body, fields } = await answerFor(situation, request)
    send(response, status, { ...fields, 'Content-Type': type }, body)
  } catch (error) {
    const refused = error instanceof AdminError ? error : new AdminError(500, 'the request could not be answered')
    if (refused !== error) situation.log.error({ error }, 'a request to the admin listener failed')
    const fields = { ...API_FIELDS, ...refused.fields, 'Content-Type': 'application/json; charset=utf-8' }
    // A body that was not read would be taken for the next request.
    if (!request.complete) response.shouldKeepAlive = false
    send(response, refused.status, fields, `${JSON.stringify({ error: refused.message })}\n`)
  }
}

type FullAnswer = Omit<Answer, 'body'> & {
  readonly body: string | Buffer
  readonly fields: Readonly<Record<string, string>>
}

async function answerFor({ access, files, parts }: Situation, request: IncomingMessage): Promise<FullAnswer> {
  const { method = '', headers } = request
  const target = parseTarget(request.url ?? '')
  const asked = { method, headers, peerAddress: request.socket.remoteAddress ?? '' }
  const file = method === 'GET' || method === 'HEAD' ? files.find(target.path) : undefined
  if (file !== undefined) {
    access.admit(asked, 'anyone')
    return { status: 200, type: file.type, body: file.bytes, fields: PAGE_FIELDS }
  }
  const route = findRoute(method === 'HEAD' ? 'GET' : method, target.path)
  access.admit(asked, route.kind === 'route' ? route.route.admission : 'token')
  if (route.kind === 'unknown') throw new AdminError(404, `there is no ${target.path} here`)
  if (route.kind === 'method') {
    throw new AdminError(405, `${target.path} takes ${route.allow}`, { Allow: route.allow })
  }
  const { query, body } = route.route
  if (route.route.method === 'POST') refuseForms(asked)
  const input = {
    query: checked(query.safeParse(Object.fromEntries(target.query))),
    body: body === undefined ? undefined : checked(body.safeParse(await readJson(request))),
    peerAddress: asked.peerAddress,
  }
  return { ...(await route.route.handle(parts, input)), fields: API_FIELDS }
}

function parseTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const question = target.indexOf('?')
  const path = question === -1 ? target : target.slice(0, question)
  return { path, query: new URLSearchParams(question === -1 ? '' : target.slice(question + 1)) }
}

type Parsed =
  | { readonly success: true; readonly data: unknown }
  | {
      readonly success: false
      readonly error: {
        readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
      }
    }

/** @throws AdminError that names everything wrong */
function checked(parsed: Parsed): unknown {
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'the request'}: ${message}`,
  )
  throw new AdminError(400, wrong.join('; '))
}

function send(
  response: ServerResponse,
  status: number,
  fields: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  response.writeHead(status, { ...fields, 'Content-Length': Buffer.byteLength(body) })
  // node:http leaves the body of an answer to HEAD out by itself.
  response.end(body)
}

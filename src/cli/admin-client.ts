import type { z } from 'zod'
import { reachableUrl } from '../http/loopback.ts'
import { formatHostPort } from '../units.ts'
import { loadConfig } from './load-config.ts'
import type { Terminal } from './terminal.ts'

/** How the commands that ask a running Breakwater find it. */
export interface AdminFlags {
  readonly admin?: string
  readonly config?: string
  readonly json?: boolean
}

/** What went wrong, in words for who typed the command. */
export class AskError extends Error {}

const PATIENCE_MS = 30_000
const DEFAULT_ADMIN = 'http://127.0.0.1:9090'

/** A running Breakwater, by its admin listener. */
export class AdminClient {
  readonly #base: string
  readonly #token: string | undefined

  constructor(base: string, token: string | undefined) {
    this.#base = base
    this.#token = token
  }

  get url(): string {
    return this.#base
  }

  get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    return this.#ask(path, { method: 'GET' }, answer)
  }

  post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    const headers = { 'Content-Type': 'application/json' }
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) }, answer)
  }

  /** @throws AskError */
  async #ask<T>(path: string, init: RequestInit, answer: z.ZodType<T>): Promise<T> {
    const headers = new Headers(init.headers)
    if (this.#token !== undefined) headers.set('Authorization', `Bearer ${this.#token}`)
    const response = await this.#send(path, { ...init, headers })
    const json: unknown = await response.json().catch(() => undefined)
    if (!response.ok)
      throw new AskError(`${this.#base}${path}: ${response.status}: ${errorOf(json)}${this.#hint(response)}`)
    const parsed = answer.safeParse(json)
    if (!parsed.success) throw new AskError(`${this.#base}${path} is no admin listener of this version of Breakwater`)
    return parsed.data
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.#base + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new AskError(
        `no admin listener can be reached at ${this.#base}: ${why}\nIs Breakwater running, and is this its admin address? --admin URL or --config FILE say where it is.`,
      )
    }
  }

  #hint({ status }: Response): string {
    return status === 401 ? '\nGive the token by BREAKWATER_ADMIN_TOKEN in the environment, or --config FILE.' : ''
  }
}

/** The listener that the flags, the file or the default mean. @throws AskError */
export async function openAdminClient(flags: AdminFlags, { env }: Terminal): Promise<AdminClient> {
  const own = env.BREAKWATER_ADMIN_TOKEN
  const configured = flags.config === undefined ? undefined : await configuredAdmin(flags.config)
  const base = flags.admin === undefined ? configured?.url : adminUrl(flags.admin)
  return new AdminClient(base ?? DEFAULT_ADMIN, own === undefined || own === '' ? configured?.token : own)
}

/** Where the visitors are served. @throws AskError */
export async function trafficAddress(client: AdminClient): Promise<string> {
  const { statusAnswer } = await import('../admin/routes/status.ts')
  const { listen } = await client.get('/api/status', statusAnswer)
  const [address] = listen
  if (address === undefined) throw new AskError('it listens nowhere')
  return reachableUrl(address)
}

async function configuredAdmin(file: string): Promise<{ readonly url: string; readonly token: string | undefined }> {
  const read = await loadConfig(file)
  if (read.kind === 'invalid') throw new AskError(`${file} is wrong; breakwater check ${file} says where`)
  const { listen, token } = read.config.admin
  if (listen === undefined) throw new AskError(`${file} says admin: off, so there is nobody to ask`)
  return { url: reachableUrl(`http://${formatHostPort(listen)}`), token }
}

function adminUrl(text: string): string {
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`
  if (!URL.canParse(url)) throw new AskError(`--admin: not a URL such as ${DEFAULT_ADMIN}: ${text}`)
  return url.replace(/\/+$/, '')
}

function errorOf(json: unknown): string {
  return typeof json === 'object' && json !== null && 'error' in json ? String(json.error) : 'no explanation'
}

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { warmerUserAgent } from './user-agent.ts'

/** One page in one variant. */
export interface WarmRequest {
  /** As visitors know it: `https://example.com/page`. */
  readonly url: string
  /** Name, value, …: the selecting fields of the variant. */
  readonly fields: readonly string[]
}

export interface WarmAnswer {
  readonly status: number
  readonly cacheStatus: string | undefined
  /** To the last byte. */
  readonly ms: number
  /** As far as it was asked for by `bytesMax`; empty otherwise. */
  readonly body: Buffer
}

export interface AskOptions {
  /** The body is kept, and may be as large as this; without it, it is read and forgotten. */
  readonly bytesMax?: number
  readonly signal?: AbortSignal
}

/** No answer came, or none that can be used; the message says why. */
export class AskFailed extends Error {}

/** Of silence. */
const PATIENCE_MS = 60_000

/**
 * Asks Breakwater for pages as a visitor does, whatever hosts they are of: every request goes to the one address, so a URL in a
 * sitemap can make nobody else be asked. Redirects are not followed; they are what is stored.
 */
export class SiteClient {
  readonly #through: URL
  readonly #agent: HttpAgent | HttpsAgent

  /** @param through where Breakwater listens: `http://127.0.0.1:8080` */
  constructor(through: string) {
    this.#through = new URL(through)
    this.#agent = new (this.#through.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true })
  }

  /** @throws AskFailed */
  ask({ url, fields }: WarmRequest, { bytesMax, signal }: AskOptions = {}): Promise<WarmAnswer> {
    const { host, hostname, pathname, search, protocol } = new URL(url)
    const through = this.#through
    const isHttps = through.protocol === 'https:'
    // Breakwater believes the scheme where it trusts this address, as it does that of a TLS terminator beside it.
    const scheme = protocol === 'https:' && !isHttps ? ['X-Forwarded-Proto', 'https'] : []
    const headers = ['Host', host, 'User-Agent', warmerUserAgent, 'Accept', '*/*', ...scheme, ...fields]
    const startedMs = performance.now()
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(new AskFailed(error.message))
      const asked = (isHttps ? httpsRequest : httpRequest)(
        {
          host: through.hostname.replace(/^\[|\]$/g, ''),
          port: through.port === '' ? (isHttps ? 443 : 80) : through.port,
          path: pathname + search,
          headers,
          agent: this.#agent,
          ...(isHttps && { servername: hostname }),
          ...(signal && { signal }),
        },
        (response) => {
          readBody(response, bytesMax).then((body) => {
            const { 'cache-status': status } = response.headers
            const cacheStatus = Array.isArray(status) ? status.join(', ') : status
            resolve({ status: response.statusCode ?? 0, cacheStatus, ms: performance.now() - startedMs, body })
          }, failed)
        },
      )
      asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)))
      asked.on('error', failed)
      asked.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

async function readBody(response: IncomingMessage, bytesMax: number | undefined): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  // Without an encoding the pieces are buffers.
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (bytesMax === undefined) continue
    bytes += piece.length
    if (bytes > bytesMax) throw new AskFailed(`larger than ${bytesMax} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

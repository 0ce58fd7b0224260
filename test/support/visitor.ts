import { allValues, firstValue } from '../../src/http/fields.ts'
import { fetchRaw, type RawResponse } from './http-client.ts'

/** A browser as far as a site can tell: it keeps its cookies and comes from one address. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #port: number
  readonly #host: string

  constructor(port: number, host: string) {
    this.#port = port
    this.#host = host
  }

  get(target: string, fields: readonly string[] = []): Promise<RawResponse> {
    return this.#send({ target, fields })
  }

  post(target: string, form: Readonly<Record<string, string>>): Promise<RawResponse> {
    const body = new URLSearchParams(form).toString()
    return this.#send({ method: 'POST', target, body, fields: ['Content-Type', 'application/x-www-form-urlencoded'] })
  }

  async #send(request: {
    readonly method?: string
    readonly target: string
    readonly body?: string
    readonly fields: readonly string[]
  }): Promise<RawResponse> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const fields = ['Host', this.#host, ...(cookie === '' ? [] : ['Cookie', cookie]), ...request.fields]
    const response = await fetchRaw(this.#port, { ...request, fields })
    for (const line of allValues(response.fields, 'set-cookie')) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) this.cookies.set(name, value)
    }
    return response
  }
}

/** What was done with it and why, without the name of the cache. */
export function cacheStatus(response: RawResponse): string {
  return firstValue(response.fields, 'cache-status')?.replace(/^[^;]*; /, '') ?? ''
}

import { isAt } from '../../http1/characters.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { parseAuthority, type Scheme } from '../../request/authority.ts'
import type { RequestSettings } from '../../request/request-settings.ts'
import { TextTable } from '../../tables/text-table.ts'

const HOSTS_MAX = 256

/** What Host fields mean: read once for each of the few that a server is asked for. */
export class KnownHosts {
  /** Host as received → authority, or undefined where it is none that is served. */
  readonly #known = { http: new TextTable<string | undefined>(), https: new TextTable<string | undefined>() }
  #settings: RequestSettings | undefined
  /** The last one, compared byte by byte before any string is made. */
  #lastHost: Buffer = Buffer.alloc(0)
  #lastScheme: Scheme = 'http'
  #lastAuthority: string | undefined

  /** @returns undefined for a host that is refused in one way or another */
  authority(request: ScannedRequest, place: number, scheme: Scheme, settings: RequestSettings): string | undefined {
    if (settings !== this.#settings) this.#forget(settings)
    const begin = request.lines.valueBegin(place)
    const end = request.lines.valueEnd(place)
    if (this.#lastAuthority !== undefined && scheme === this.#lastScheme && this.#isLast(request.bytes, begin, end)) {
      return this.#lastAuthority
    }
    const authority = this.#find(request.value(place), scheme, settings)
    this.#lastHost = Buffer.from(request.bytes.subarray(begin, end))
    this.#lastScheme = scheme
    this.#lastAuthority = authority
    return authority
  }

  #isLast(bytes: Buffer, begin: number, end: number): boolean {
    return this.#lastHost.length === end - begin && isAt(this.#lastHost, bytes, begin, end)
  }

  #find(host: string, scheme: Scheme, settings: RequestSettings): string | undefined {
    const known = this.#known[scheme]
    const before = known.get(host)
    if (before !== undefined || known.has(host)) return before
    const parsed = parseAuthority(host, scheme)
    const authority = parsed !== undefined && settings.servesHost?.(parsed) === false ? undefined : parsed
    if (known.size >= HOSTS_MAX) known.clear()
    known.set(host, authority)
    return authority
  }

  #forget(settings: RequestSettings): void {
    this.#settings = settings
    this.#known.http.clear()
    this.#known.https.clear()
    this.#lastAuthority = undefined
  }
}

import type { AskedRequest } from '../control/asked-request.ts'
import { parseAuthority } from '../request/authority.ts'
import { parseRequestTarget } from '../request/request-target.ts'
import { AdminError } from './admin-error.ts'

const URL_LENGTH_MAX = 8_192

/** A request for a URL as people write it. @throws AdminError for what is none */
export function askedRequest(url: string, method = 'GET', fields: readonly string[] = []): AskedRequest {
  const parsed = parseRequestTarget(url, method, URL_LENGTH_MAX)
  const authority = parsed.kind === 'absolute-form' ? parseAuthority(parsed.authority, parsed.scheme) : undefined
  if (parsed.kind !== 'absolute-form' || authority === undefined) {
    throw new AdminError(400, `url: not a URL such as http://example.com/path: ${JSON.stringify(url.slice(0, 200))}`)
  }
  return { method, scheme: parsed.scheme, authority, target: parsed.target, fields }
}

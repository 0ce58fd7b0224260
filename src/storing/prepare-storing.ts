import { filterFields, type RawFields } from '../http/fields.ts'
import { consumedPurgeFields } from '../http/tag-fields.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { CachePolicy, CookieHandling } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { differsFor, unaccountedCookies } from '../rfc9111/litespeed.ts'
import { responseMetadata } from '../rfc9111/metadata.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { mayStore, refusalAtOnce, type StoreRefusal, toStoredResponse } from '../rfc9111/storing.ts'
import { effectiveDirectives } from '../rfc9111/targeted.ts'
import { varyNames } from '../rfc9111/vary.ts'
import { looksDeceptive } from './deception.ts'
import { responseTags } from './response-tags.ts'

/** Why a response is not stored: the RFC's reasons, and those of this cache. */
export type Refusal =
  | StoreRefusal
  /** Nothing proves the end of a close-delimited body. */
  | 'close-delimited'
  /** Its announced length is more than what is stored. */
  | 'too-large'
  /** A page at the address of a static file, which may be one visitor's own. */
  | 'deception'
  /** `X-LiteSpeed-Vary`: it differs by a cookie that the request has and the key has not, or by what is not known here. */
  | 'litespeed-vary'
  /** With fewer of them it would miss a purge. */
  | 'too-many-tags'

export type Prepared =
  | { readonly kind: 'refused'; readonly reason: Refusal }
  | {
      readonly kind: 'store'
      /** Lower-case names that the key varies by. */
      readonly varyNames: readonly string[]
      /** All of it but its body, for those who would share it; undefined for a part, which depends on its body. */
      readonly head: StoredResponse | undefined
      /** Makes the stored response; undefined when the body is not what the head said it would be. */
      build(body: Buffer): StoredResponse | undefined
    }

export interface PrepareInput {
  readonly request: ProxyRequest
  readonly response: OriginResponse
  readonly policy: CachePolicy
  readonly cookies: CookieHandling
  readonly bodyBytesMax: number
}

/** Decides at the head whether a response will be stored, and readies everything but its body. */
export function prepareStoring({ request, response, policy, cookies, bodyBytesMax }: PrepareInput): Prepared {
  const { status, fields, responseTimeMs, requestTimeMs } = response
  const effective = effectiveDirectives(fields, responseTimeMs, policy.originFields)
  const { directives } = effective
  const refused = refusalAtOnce({ request, status, responseFields: fields, directives, policy })
  if (refused !== undefined) return { kind: 'refused', reason: refused }
  const metadata = responseMetadata({ status, fields, responseTimeMs, policy, effective })
  const decision = mayStore({
    request,
    requestHadCookies: cookies.hasUnkeyed(request.fields),
    status,
    responseFields: fields,
    ...metadata,
    policy,
  })
  if (decision.kind === 'refused') return decision
  if (differsFor(request.fields, unaccountedCookies(fields, policy, cookies), cookies)) {
    return { kind: 'refused', reason: 'litespeed-vary' }
  }
  if (policy.deceptionGuard && looksDeceptive(request, response, metadata)) {
    return { kind: 'refused', reason: 'deception' }
  }
  if (response.framing === 'until-close') return { kind: 'refused', reason: 'close-delimited' }
  if ((response.announcedLength ?? 0) > bodyBytesMax) return { kind: 'refused', reason: 'too-large' }
  const tags = responseTags(request, fields)
  if (tags === 'too-many') return { kind: 'refused', reason: 'too-many-tags' }
  const kept = tags.length === 0 ? response : { ...response, fields: withoutPurgeFields(fields) }
  const input = { request, response: kept, body: NOTHING, requestTimeMs, responseTimeMs, policy, tags, metadata }
  const head = status === 206 ? undefined : toStoredResponse(input)
  return {
    kind: 'store',
    varyNames: varyNames(fields),
    head,
    build: (body) => (status === 206 ? toStoredResponse({ ...input, body }) : head && { ...head, body }),
  }
}

const NOTHING = Buffer.alloc(0)

/** Tags are kept as tags, not once more as text. */
function withoutPurgeFields(fields: RawFields): RawFields {
  return filterFields(fields, (name) => !consumedPurgeFields.has(name))
}

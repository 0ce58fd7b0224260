import type { Verdict } from '../forward/verdict.ts'
import { filterFields } from '../http/fields.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import { combine, holdsRequestedRanges } from '../rfc9111/partial.ts'
import { prepareStoring } from '../storing/prepare-storing.ts'
import type { Asking } from './asking.ts'
import type { Asked } from './judge.ts'
import { keepStored } from './keep-stored.ts'

const REFETCH: Verdict = { kind: 'refetch' }

/**
 * The answer to a request for what a stored part lacks (RFC 9111 §3.4): a 206 of the same representation is joined to it.
 * Anything else is about our range and not about the client's request, which is then made as a whole.
 */
export function judgeCompletion(
  { core, request, plan, doomed }: Asked,
  { stored, fields }: Extract<Asking, { kind: 'completion' }>,
  response: OriginResponse,
): Verdict {
  if (response.status !== 206) return REFETCH
  const policy = plan.forResponse(206, response.fields)
  const bodyBytesMax = core.settings.objectBytesMax - stored.body.length
  const others = filterFields(request.fields, (name) => name !== 'range' && name !== 'if-range')
  const asSent = { ...request, fields: [...others, ...fields] }
  const prepared = prepareStoring({ request: asSent, response, policy, cookies: plan.cookies, bodyBytesMax })
  if (prepared.kind === 'refused') return REFETCH
  return {
    kind: 'complete',
    bodyBytesMax,
    join: (body) => {
      const missing = prepared.build(body)
      const joined = missing && combine(stored, missing)
      if (joined === undefined) return undefined
      if (joined.range !== undefined && !holdsRequestedRanges(joined, request)) return undefined
      if (!doomed) keepStored(core, plan, joined)
      return { stored: joined, kept: !doomed }
    },
  }
}

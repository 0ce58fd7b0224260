import type { OriginRequest } from './origin-client.ts'

/** Another request, with these changes; of one whose properties may be made when they are asked for. */
export function changedRequest(request: OriginRequest, changes: Partial<OriginRequest>): OriginRequest {
  const { method, target, fields, lines, head, body, expectsContinue, authority } = request
  const { clientAddress, ownCookies, priority, upgrade, hasCover } = request
  const same = { method, target, fields, lines, head, body, expectsContinue, authority }
  return { ...same, clientAddress, ownCookies, priority, upgrade, hasCover, ...changes }
}

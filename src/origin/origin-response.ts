import { announcedLength, type Framing } from '../http1/framing.ts'
import type { ResponseHead } from '../http1/head.ts'
import { endToEndFields } from './end-to-end.ts'
import type { OriginResponse } from './origin-client.ts'

/** What is known of a response beside its head. */
export interface ResponseParts extends Pick<OriginResponse, 'body' | 'origin' | 'requestTimeMs' | 'responseTimeMs'> {
  readonly framing: Framing
}

/** A response as it was read, for those beyond this hop. */
export function originResponse(received: ResponseHead, parts: ResponseParts): OriginResponse {
  const { status, reason, fields } = received
  const { framing, body, origin, requestTimeMs, responseTimeMs } = parts
  return {
    status,
    reason,
    fields: endToEndFields(fields),
    body,
    announcedLength: framing.kind === 'length' ? framing.length : announcedLength(fields),
    framing: framing.kind,
    requestTimeMs,
    responseTimeMs,
    origin,
    received,
  }
}

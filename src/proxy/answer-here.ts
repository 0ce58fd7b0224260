import { firstValue } from '../http/fields.ts'
import { maxForwards } from '../request/max-forwards.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { LocalAnswer } from '../respond/responder.ts'

const ALLOW = ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']

/** gRPC ends with trailers, over HTTP/2 from end to end; gRPC-Web does without and is like any other request. */
const GRPC = /^application\/grpc(?:$|[+;\s])/i
const NO_GRPC =
  'gRPC is not carried here: it needs HTTP/2 from end to end. Let its clients connect to the gRPC server directly, or use gRPC-Web.'

/**
 * What is for this proxy itself to answer: TRACE, always refused, OPTIONS whose `Max-Forwards` is used up, and gRPC, which would
 * fail on the way in a manner that is hard to understand.
 */
export function answerHere(request: ProxyRequest): LocalAnswer | undefined {
  const type = request.method === 'POST' ? firstValue(request.fields, 'content-type') : undefined
  if (type !== undefined && GRPC.test(type)) return { status: 501, detail: 'grpc', text: NO_GRPC }
  if (maxForwards(request).kind === 'forward') return undefined
  if (request.method === 'TRACE') return { status: 405, detail: 'trace', fields: ALLOW }
  return { status: 200, detail: 'max-forwards', fields: ALLOW }
}

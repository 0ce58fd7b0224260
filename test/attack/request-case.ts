/** A write of the client, as latin1, or a pause between two. */
export type ClientAct = string | { readonly pauseMs: number } | 'fin'

/** A request as an origin saw it, framing taken off. */
export interface SeenRequest {
  readonly method: string
  readonly target: string
  /** With `Host`; framing fields do not matter. */
  readonly fields: readonly string[]
  /** The body as latin1. */
  readonly body: string
  /** The body came to its end; a cut one is no complete request. */
  readonly complete: boolean
}

/**
 * What must come of a case:
 * - `reject`: one answer of `statuses` (by default any 4xx, 501, 505) or none, then the connection closes, and nothing of
 *   it reaches an origin;
 * - `either`: as `reject`, or it is answered and origins saw just `seen` requests, for each of which `check` holds;
 * - `pass`: answered with `statuses` in order, and origins saw `seen` requests, for each of which `check` holds.
 */
export interface RequestCase {
  readonly id: string
  readonly what: string
  readonly acts: readonly ClientAct[]
  readonly must: 'reject' | 'either' | 'pass'
  readonly statuses?: readonly number[]
  readonly seen?: number
  readonly check?: (request: SeenRequest) => boolean
}

export const CRLF = '\r\n'
/** A whole second request: it must never reach the origin by itself. */
export const SMUG = 'GET /p/SMUG HTTP/1.1\r\nHost: h\r\n\r\n'
export const SMUG_HEX = SMUG.length.toString(16)

export function request(line: string, fields: readonly string[], body = ''): string {
  return [line, ...fields, '', body].join(CRLF)
}
export const get = (...fields: string[]): string => request('GET /p/a HTTP/1.1', ['Host: h', ...fields])
export const post = (fields: readonly string[], body: string): string =>
  request('POST /p/a HTTP/1.1', ['Host: h', ...fields], body)
export const chunked = (body: string): string => post(['Transfer-Encoding: chunked'], body)
export const withHost = (host: string): string => request('GET /p/a HTTP/1.1', [`Host: ${host}`])

export const reject = (id: string, what: string, ...acts: ClientAct[]): RequestCase => ({
  id,
  what,
  acts,
  must: 'reject',
})
export const either = (id: string, what: string, act: string, rest: Partial<RequestCase> = {}): RequestCase => ({
  ...{ id, what, acts: [act], must: 'either', seen: 1 },
  ...rest,
})
export const pass = (
  id: string,
  what: string,
  acts: readonly ClientAct[],
  rest: Partial<RequestCase> = {},
): RequestCase => ({
  ...{ id, what, acts, must: 'pass', statuses: [200], seen: 1 },
  ...rest,
})

/** Values of a field as the origin saw it. */
export function values(seen: SeenRequest, name: string): string[] {
  return seen.fields.filter((_, i) => i % 2 === 1 && seen.fields[i - 1]!.toLowerCase() === name)
}
export const lacks =
  (...names: string[]) =>
  (seen: SeenRequest): boolean =>
    names.every((name) => values(seen, name).length === 0)
export const bodyIs =
  (body: string) =>
  (seen: SeenRequest): boolean =>
    seen.complete && seen.body === body
export const hostIs =
  (host: string) =>
  (seen: SeenRequest): boolean =>
    values(seen, 'host').join() === host

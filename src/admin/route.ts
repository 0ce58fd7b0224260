import type { z } from 'zod'
import type { Admission } from './access.ts'
import type { AdminParts } from './admin-parts.ts'

/** One thing that the API does. Its schemas check what comes in, and are what docs/openapi.yaml says. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly summary: string
  readonly admission: Admission
  readonly query: z.ZodType
  /** undefined: there is none. */
  readonly body: z.ZodType | undefined
  /** undefined: text, as `answerType` says. */
  readonly answer: z.ZodType | undefined
  readonly answerType: string
  /** Statuses beside 200 with an answer of that form, and what they mean. */
  readonly otherStatuses: Readonly<Record<number, string>>
  /** @throws AdminError */
  handle(parts: AdminParts, input: RouteInput<unknown, unknown>): Promise<Answer>
}

export interface RouteInput<Q, B> {
  readonly query: Q
  readonly body: B
  /** Of the connection. */
  readonly peerAddress: string
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface JsonRoute<Q, B, A> {
  readonly method: Route['method']
  readonly path: string
  readonly summary: string
  readonly admission?: Admission
  readonly query: z.ZodType<Q>
  readonly body?: z.ZodType<B>
  readonly answer: z.ZodType<A>
  readonly otherStatuses?: Route['otherStatuses']
  /** @throws AdminError */
  handle(parts: AdminParts, input: RouteInput<Q, B>): Promise<A | WithStatus<A>>
}

/** An answer with another status than 200. */
export class WithStatus<A> {
  readonly status: number
  readonly answer: A

  constructor(status: number, answer: A) {
    this.status = status
    this.answer = answer
  }
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** A route that answers in JSON, with types from its schemas. */
export function jsonRoute<Q, B, A>(route: JsonRoute<Q, B, A>): Route {
  return {
    method: route.method,
    path: route.path,
    summary: route.summary,
    admission: route.admission ?? 'token',
    query: route.query,
    body: route.body,
    answer: route.answer,
    answerType: 'application/json',
    otherStatuses: route.otherStatuses ?? {},
    async handle(parts, { query, body, peerAddress }) {
      // What comes in was read by these schemas.
      const result = await route.handle(parts, { query: query as Q, body: body as B, peerAddress })
      const { status, answer } = result instanceof WithStatus ? result : { status: 200, answer: result }
      return { status, type: JSON_TYPE, body: `${JSON.stringify(answer)}\n` }
    },
  }
}

export interface TextRoute {
  readonly path: string
  readonly summary: string
  readonly query: z.ZodType
  readonly answerType: string
  handle(parts: AdminParts): Promise<{ readonly text: string; readonly type: string }>
}

export function textRoute({ handle, ...route }: TextRoute): Route {
  return {
    ...route,
    method: 'GET',
    admission: 'token',
    body: undefined,
    answer: undefined,
    otherStatuses: {},
    async handle(parts) {
      const { text, type } = await handle(parts)
      return { status: 200, type, body: text }
    },
  }
}

import type { RawFields } from '../../../src/http/fields.ts'
import { HistoryModel, type Says, type Served } from './history-model.ts'
import { type Asked, type Reply, ScriptedCore } from './scripted-core.ts'

/** How the origin answers from now on. */
export interface Manner extends Says {
  readonly status: 200 | 404 | 400 | 500
  readonly hasEtag: boolean
  readonly varies: boolean
  readonly setsCookie: boolean
}

export interface Client {
  readonly target: string
  readonly language: string
  readonly method: 'GET' | 'HEAD'
  readonly cookies: boolean
  readonly authorization: boolean
  /** It has a copy of its own and asks with its tag. */
  readonly hasCopy: boolean
  readonly range: string | undefined
}

export type Happening =
  | { readonly kind: 'request'; readonly client: Client }
  | { readonly kind: 'unsafe'; readonly target: string; readonly location: string | undefined; readonly fails: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'change'; readonly target: string }
  | { readonly kind: 'manner'; readonly manner: Manner }
  | { readonly kind: 'down'; readonly isDown: boolean }
  /** The origin takes requests and answers them later, in the same or the opposite order. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'release'; readonly reversed: boolean }

/** The proxy, an origin and clients; every reply is put to the model. */
export class HistoryWorld {
  readonly forbidden: string[] = []
  repliesWithoutOrigin = 0
  replies = 0
  readonly #core = new ScriptedCore()
  readonly #model = new HistoryModel()
  readonly #versions = new Map<string, number>()
  readonly #waiting: Promise<void>[] = []
  #manner: Manner = { status: 200, maxAge: 10, directives: [], hasEtag: true, varies: false, setsCookie: false }
  #isDown = false
  #held: (() => void)[] | undefined
  #numbers = 0
  #ids = 0

  constructor() {
    this.#core.answer = (asked) => {
      const answer = this.#prepare(asked)
      if (this.#held === undefined) answer()
      else this.#held.push(answer)
    }
  }

  async happens(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'request':
        this.#waiting.push(this.#request(happening.client))
        break
      case 'unsafe':
        this.#waiting.push(this.#unsafe(happening.target, happening.location, happening.fails))
        break
      case 'wait':
        this.#core.clock.advance(happening.seconds * 1000)
        break
      case 'change':
        this.#versions.set(happening.target, this.#version(happening.target) + 1)
        break
      case 'manner':
        this.#manner = happening.manner
        break
      case 'down':
        this.#isDown = happening.isDown
        break
      case 'hold':
        this.#held ??= []
        break
      case 'release':
        await this.#release(happening.reversed)
    }
    await turn()
  }

  async ends(): Promise<void> {
    await this.#release(false)
    await Promise.all(this.#waiting)
  }

  async #release(reversed: boolean): Promise<void> {
    const held = this.#held ?? []
    this.#held = undefined
    for (const answer of reversed ? held.toReversed() : held) {
      answer()
      // What the origin says comes in one piece after another, each dealt with before the next.
      await turn()
    }
  }

  get #now(): number {
    return this.#core.clock.now() / 1000
  }

  #version(target: string): number {
    return this.#versions.get(target) ?? 1
  }

  async #request(client: Client): Promise<void> {
    const { target, language, authorization } = client
    const id = `${++this.#ids}`
    const served = { id, target, language, authorization, order: this.#model.next(), madeAt: this.#now }
    const asked = this.#core.asked.length
    const reply = await this.#core.get(target, requestFields(id, client, this.#version(target)), {
      method: client.method,
    })
    this.replies++
    if (this.#core.asked.length === asked) this.repliesWithoutOrigin++
    const problem = this.#judge(reply, client, { ...served, at: this.#now })
    if (problem !== undefined)
      this.forbidden.push(`request ${id} for ${target}: ${problem}; ${reply.field('cache-status')}`)
  }

  #judge(reply: Reply, client: Client, served: Served): string | undefined {
    const text = reply.field('x-number')
    // Our own error, or the origin's 304 to the client's own condition.
    if (text === undefined) {
      const isKnown = reply.status >= 500 || reply.status === 304 || reply.field('x-head') === served.id
      return isKnown ? undefined : `${reply.status} of nothing`
    }
    const number = Number(text)
    return (
      this.#model.forbids(number, served) ?? this.#judgeContent(reply, client, this.#model.response(number)?.body ?? '')
    )
  }

  #judgeContent(reply: Reply, client: Client, whole: string): string | undefined {
    if (reply.status === 304 || client.method === 'HEAD')
      return reply.body === '' ? undefined : 'content where none may be'
    if (reply.status === 416) return undefined
    if (reply.status !== 206) return reply.body === whole ? undefined : `"${reply.body}" is not the whole "${whole}"`
    if (client.range === undefined) return 'a part for a request without Range (§3.3)'
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(reply.field('content-range') ?? '')
    const part = range === null ? undefined : whole.slice(Number(range[1]), Number(range[2]) + 1)
    return reply.body === part ? undefined : `"${reply.body}" is not the part "${part}"`
  }

  async #unsafe(target: string, location: string | undefined, fails: boolean): Promise<void> {
    const fields = ['X-Unsafe', fails ? 'fails' : (location ?? 'works')]
    await this.#core.get(target, fields, { method: 'POST' })
  }

  /** What the origin says is settled when it is asked; when it is heard is another matter. */
  #prepare(asked: Asked): () => void {
    const { target } = asked.request
    const sentOrder = this.#model.next()
    const isDown = this.#isDown
    if (isDown) {
      return () => {
        this.#model.fails(target, this.#now)
        asked.fail()
      }
    }
    const unsafe = asked.field('x-unsafe')
    if (unsafe !== undefined) return () => this.#answerUnsafe(asked, unsafe)
    return this.#prepareContent(asked, sentOrder)
  }

  #answerUnsafe(asked: Asked, unsafe: string): void {
    if (unsafe === 'fails') return asked.respond(500)
    this.#model.invalidates(asked.request.target)
    if (unsafe.startsWith('/')) this.#model.invalidates(unsafe)
    asked.respond(200, unsafe.startsWith('/') ? ['Location', unsafe] : [])
  }

  #prepareContent(asked: Asked, sentOrder: number): () => void {
    const { target } = asked.request
    const manner = this.#manner
    const id = asked.field('x-id') ?? ''
    const language = manner.varies ? (asked.field('accept-language') ?? '') : undefined
    const etag = `"${target.slice(1)}-${language ?? 'any'}-v${this.#version(target)}"`
    const body = `${target} ${language ?? 'any'} v${this.#version(target)} ${manner.status}`
    const fields = responseFields(manner, manner.hasEtag ? etag : undefined)
    const { status } = manner
    if (status === 200 && manner.hasEtag && asked.field('if-none-match')?.split(', ').includes(etag)) {
      return () => {
        const by = { ...manner, sentOrder, order: this.#model.next(), at: this.#now }
        // With a second tag it is a client's own condition, and confirms nothing that is stored.
        if (asked.field('if-none-match') === etag) this.#model.confirms({ ...by, id, target, etag, length: undefined })
        asked.respond(304, fields)
      }
    }
    if (asked.request.method === 'HEAD') {
      return () => {
        const by = { ...manner, id, target, sentOrder, order: this.#model.next(), at: this.#now }
        const described = { etag: manner.hasEtag ? etag : undefined, length: body.length }
        if (status >= 500) this.#model.fails(target, this.#now)
        if (status === 200) this.#model.confirms({ ...by, ...described })
        // No number: what is updated by a HEAD is still the response that a GET got.
        asked.respond(status, [...fields, 'X-Head', id], body)
      }
    }
    return () => {
      const number = ++this.#numbers
      if (status >= 500) this.#model.fails(target, this.#now)
      this.#model.gives(id, {
        ...{ ...manner, number, target, language, status, body, sentOrder, order: this.#model.next(), at: this.#now },
        etag: manner.hasEtag ? etag : undefined,
        requestHadCookies: asked.field('cookie') !== undefined,
        requestHadAuthorization: asked.field('authorization') !== undefined,
      })
      respondWithContent(asked, {
        status,
        etag: manner.hasEtag ? etag : undefined,
        body,
        fields: [...fields, 'X-Number', `${number}`],
      })
    }
  }
}

interface Content {
  readonly status: number
  readonly etag: string | undefined
  readonly body: string
  readonly fields: RawFields
}

/** Whole, or the one range that was asked for (RFC 9110 §14.2). */
function respondWithContent(asked: Asked, { status, etag, body, fields }: Content): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(asked.field('range') ?? '')
  const ifRange = asked.field('if-range')
  if (status !== 200 || range === null || (ifRange !== undefined && ifRange !== etag)) {
    return asked.respond(status, fields, body)
  }
  const first = Number(range[1])
  const last = Math.min(range[2] === '' ? body.length - 1 : Number(range[2]), body.length - 1)
  if (first >= body.length) return asked.respond(416, ['Content-Range', `bytes */${body.length}`])
  const contentRange = `bytes ${first}-${last}/${body.length}`
  asked.respond(206, [...fields, 'Content-Range', contentRange], body.slice(first, last + 1))
}

function requestFields(id: string, client: Client, version: number): RawFields {
  const { target, language, cookies, authorization, hasCopy, range } = client
  const fields = ['X-Id', id, 'Accept-Language', language]
  if (cookies) fields.push('Cookie', 'session=1')
  if (authorization) fields.push('Authorization', 'Basic secret')
  if (hasCopy) fields.push('If-None-Match', `"${target.slice(1)}-any-v${version}", "other"`)
  if (range !== undefined) fields.push('Range', range)
  return fields
}

function responseFields({ maxAge, directives, varies, setsCookie }: Manner, etag: string | undefined): string[] {
  const fields: string[] = []
  const members = maxAge === undefined ? directives : [...directives, `max-age=${maxAge}`]
  if (members.length > 0) fields.push('Cache-Control', members.join(', '))
  if (etag !== undefined) fields.push('ETag', etag)
  if (varies) fields.push('Vary', 'Accept-Language')
  if (setsCookie) fields.push('Set-Cookie', 'session=new')
  return fields
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

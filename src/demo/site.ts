import type { IncomingMessage, ServerResponse } from 'node:http'
import { Comments } from './comments.ts'
import { Counts } from './counts.ts'
import { siteFiles } from './files.ts'
import { readForm } from './form.ts'
import { layout, type Page } from './layout.ts'
import * as pages from './pages.ts'
import { type Post, posts, products } from './posts.ts'
import { type Content, isNotModified, send } from './send.ts'
import { type Session, Sessions } from './sessions.ts'
import { sendSlowPage } from './slow-page.ts'
import { WorkerPool } from './worker-pool.ts'

const html = 'text/html; charset=utf-8'
const daySeconds = 86_400
/** When the parts of the site that never change were last changed. */
const builtAt = new Date(posts.at(-1)!.written)
const personal = { 'Cache-Control': 'private, no-store' }

/** How a page is to be sent, beside its content. */
type Sending = Omit<Content, 'type' | 'bytes'>

/** The demo site: what it answers to each request. */
export class Site {
  readonly #pool = new WorkerPool({ workers: 8, queueMax: 2000 })
  readonly #sessions = new Sessions()
  readonly #comments = new Comments()
  readonly #counts = new Counts()
  readonly #files = siteFiles()
  readonly #serviceMs: number
  readonly #pageFreshSeconds: number | undefined

  /**
   * @param serviceMs how long a worker takes for a page
   * @param pageFreshSeconds the lifetime of every page that has one, instead of its own
   */
  constructor(serviceMs: number, pageFreshSeconds?: number) {
    this.#serviceMs = serviceMs
    this.#pageFreshSeconds = pageFreshSeconds
  }

  /** How many requests have reached it. */
  get requests(): number {
    return this.#counts.requests
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!
    if (path === '/__counts') {
      send(request, response, { type: 'application/json', bytes: this.#counts.toJson(), fields: noStore })
      return
    }
    this.#counts.add(path)
    if (request.method === 'GET' || request.method === 'HEAD') await this.#get(path, request, response)
    else if (request.method === 'POST') await this.#post(path, request, response)
    else response.writeHead(405, { Allow: 'GET, HEAD, POST', 'Content-Length': 0 }).end()
  }

  async #get(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = this.#files.get(path)
    if (file !== undefined) {
      send(request, response, { ...file, freshSeconds: daySeconds, modified: builtAt })
      return
    }
    const show = (page: Page, sending: Sending) => this.#show(request, response, page, sending)
    const unchanging = (name: string) => ({ freshSeconds: 60, modified: builtAt, etag: `W/"${name}"` })
    const [, folder, name = ''] = path.split('/')
    switch (path) {
      case '/':
        return show(pages.homePage(), { freshSeconds: 30, modified: builtAt, etag: 'W/"home"' })
      case '/about':
        return show(pages.aboutPage(), unchanging('about'))
      case '/shop':
        return show(pages.shopPage(), unchanging('shop'))
      case '/login':
        return show(pages.loginPage(), { fields: personal })
      case '/cart':
      case '/account':
        return this.#getPersonal(path, request, response)
      case '/feed.xml':
        if ((await this.#pool.work(this.#serviceMs)) === undefined) return tooBusy(response)
        return send(request, response, {
          type: 'application/atom+xml; charset=utf-8',
          bytes: pages.feed(request.headers.host ?? 'localhost'),
          freshSeconds: 300,
          modified: builtAt,
        })
      case '/slow':
        return this.#showSlowly(response)
      case '/api/time':
        return send(request, response, {
          type: 'application/json',
          bytes: `${JSON.stringify({ time: new Date().toISOString() })}\n`,
          fields: noStore,
        })
      case '/old-address':
        return redirect(response, 301, '/posts/how-old-is-this-page', { 'Cache-Control': 'max-age=3600' })
    }
    const post = folder === 'posts' ? findPost(name) : undefined
    if (post !== undefined && path === `/posts/${name}`) return this.#showPost(post, request, response)
    const tides = folder === 'tides' && path === `/tides/${name}` ? pages.tidesPage(name) : undefined
    if (tides !== undefined) return show(tides, { freshSeconds: 3600, modified: builtAt, etag: `W/"tides-${name}"` })
    const tag = folder === 'tags' && path === `/tags/${name}` ? pages.tagPage(name) : undefined
    if (tag !== undefined) return show(tag, unchanging(`tag-${name}`))
    return show(pages.notFoundPage(), { status: 404, freshSeconds: 10 })
  }

  #showPost(post: Post, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const comments = this.#comments.of(post)
    return this.#show(request, response, pages.postPage(post, comments), {
      freshSeconds: 60,
      modified: this.#comments.changed(post),
      etag: `W/"${post.slug}-${comments.length}-${this.#comments.changed(post).getTime()}"`,
    })
  }

  async #getPersonal(path: '/cart' | '/account', request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = this.#sessions.find(request.headers.cookie)
    if (path === '/account') {
      if (session?.name === undefined) redirect(response, 303, '/login', personal)
      else await this.#show(request, response, pages.accountPage(session.name), { fields: personal })
      return
    }
    const own = session ?? this.#sessions.start()
    const fields = session === undefined ? { ...personal, 'Set-Cookie': Sessions.cookie(own) } : personal
    await this.#show(request, response, pages.cartPage(own.cart), { fields })
  }

  async #post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await readForm(request)
    if (form === undefined) {
      response.writeHead(413, { 'Content-Length': 0 }).end()
      return
    }
    if ((await this.#pool.work(this.#serviceMs)) === undefined) return tooBusy(response)
    const session = this.#sessions.find(request.headers.cookie)
    const commented = /^\/posts\/([^/]+)\/comments$/.exec(path)
    const post = findPost(commented?.[1] ?? '')
    if (post !== undefined) {
      const by = limited(form.get('by'), 40)
      const text = limited(form.get('text'), 500)
      if (by !== '' && text !== '') this.#comments.add(post, { by, text })
      redirect(response, 303, `/posts/${post.slug}`)
    } else if (path === '/cart') this.#addToCart(form.get('product') ?? '', session, response)
    else if (path === '/login') this.#logIn(limited(form.get('name'), 40), session, response)
    else if (path === '/logout') {
      if (session !== undefined) this.#sessions.end(session)
      redirect(response, 303, '/', { 'Set-Cookie': Sessions.cookie(undefined) })
    } else await this.#show(request, response, pages.notFoundPage(), { status: 404, fields: noStore })
  }

  #addToCart(product: string, session: Session | undefined, response: ServerResponse): void {
    const own = session ?? this.#sessions.start()
    if (products.some(({ id }) => id === product)) own.cart.set(product, (own.cart.get(product) ?? 0) + 1)
    redirect(response, 303, '/cart', { ...personal, 'Set-Cookie': Sessions.cookie(own) })
  }

  #logIn(name: string, session: Session | undefined, response: ServerResponse): void {
    if (name === '') {
      redirect(response, 303, '/login', personal)
      return
    }
    const own = session ?? this.#sessions.start()
    own.name = name
    redirect(response, 303, '/account', { ...personal, 'Set-Cookie': Sessions.cookie(own) })
  }

  /** Has a worker make the page. One that the client still has costs a worker a fifth of the time, to find that out. */
  async #show(request: IncomingMessage, response: ServerResponse, page: Page, sending: Sending): Promise<void> {
    const startedMs = performance.now()
    const known = sending.etag !== undefined && isNotModified(request, sending.etag, sending.modified)
    const worker = await this.#pool.work(known ? this.#serviceMs / 5 : this.#serviceMs)
    if (worker === undefined) return tooBusy(response)
    const tookMs = Math.round(performance.now() - startedMs)
    const bytes = layout(page, { renderedAt: new Date(), tookMs, worker, workers: this.#pool.size })
    const lifetime = sending.freshSeconds !== undefined && this.#pageFreshSeconds
    send(request, response, { type: html, bytes, ...sending, ...(lifetime && { freshSeconds: lifetime }) })
  }

  async #showSlowly(response: ServerResponse): Promise<void> {
    const worker = await this.#pool.work(this.#serviceMs)
    if (worker === undefined) return tooBusy(response)
    const rendering = { renderedAt: new Date(), tookMs: this.#serviceMs, worker, workers: this.#pool.size }
    sendSlowPage(response, rendering, this.#serviceMs)
  }
}

const noStore = { 'Cache-Control': 'no-store' }

function tooBusy(response: ServerResponse): void {
  response.writeHead(503, { 'Retry-After': '5', 'Content-Type': 'text/plain', ...noStore })
  response.end('All workers are busy and the queue is full\n')
}

function redirect(response: ServerResponse, status: 301 | 303, location: string, fields: object = noStore): void {
  response.writeHead(status, { Location: location, 'Content-Length': 0, ...fields }).end()
}

function findPost(slug: string): Post | undefined {
  return posts.find((post) => post.slug === slug)
}

function limited(text: string | null, length: number): string {
  return (text ?? '').trim().slice(0, length)
}

import type { ChildProcess } from 'node:child_process'
import { forkModule } from './fork-module.ts'
import type { Programs } from './programs.ts'

type FromSite = { readonly type: 'listening' } | { readonly type: 'counted'; readonly requests: number }

export interface SiteOptions {
  /** Of pages, instead of their own lifetimes. */
  readonly freshSeconds?: number
}

/** The demo site in a process of its own, which can die and come back where it was. */
export class SiteProcess {
  readonly #programs: Programs
  readonly #options: SiteOptions
  #child: ChildProcess | undefined
  readonly port: number
  /** What reached those that have died. */
  #requestsBefore = 0
  #requests = 0

  private constructor(programs: Programs, port: number, options: SiteOptions) {
    this.#programs = programs
    this.port = port
    this.#options = options
  }

  static async start(programs: Programs, port: number, options: SiteOptions = {}): Promise<SiteProcess> {
    const site = new SiteProcess(programs, port, options)
    await site.comeBack()
    return site
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.port}/`)
  }

  /** Requests that have reached it so far, known to a tenth of a second. */
  get requests(): number {
    return this.#requestsBefore + this.#requests
  }

  async die(): Promise<void> {
    if (this.#child !== undefined) await this.#programs.end(this.#child)
    this.#child = undefined
    this.#requestsBefore += this.#requests
    this.#requests = 0
  }

  async comeBack(): Promise<void> {
    const listening = Promise.withResolvers<void>()
    const words = [String(this.port), String(this.#options.freshSeconds ?? 0)]
    const child = this.#programs.adopt(forkModule('./site-main', ...words))
    child.on('message', (message: FromSite) => {
      if (message.type === 'listening') listening.resolve()
      else if (child === this.#child) this.#requests = message.requests
    })
    child.on('exit', () => listening.reject(new Error('The demo site ended before it was ready')))
    this.#child = child
    await listening.promise
  }
}

import { type Arrivals, arrivalsTotal, dueMs } from './arrivals.ts'
import { ClientConnection } from './client-connection.ts'
import { LoadCounts, type Outcome } from './load-counts.ts'
import type { LoadPlan } from './load-plan.ts'
import { PageChecks } from './page-checks.ts'
import { saidHit } from './said-hit.ts'
import { type Visitor, Visitors } from './visitors.ts'

/** One who has come and not yet left. Times are milliseconds after the start. */
interface Waiting {
  readonly visitor: Visitor
  readonly dueMs: number
  sentMs: number
  connection: ClientConnection | undefined
}

const impatienceCheckMs = 25

/**
 * Sends visitors at the moments they are due, whatever became of those before them.
 *
 * Each takes the connection that was idle last, or opens one. Latency is counted by `LoadCounts` from the due moment.
 */
export class OpenLoop {
  readonly counts: LoadCounts
  readonly checks = new PageChecks()
  readonly #plan: LoadPlan
  readonly #arrivals: Arrivals
  readonly #visitors: Visitors
  readonly #total: number
  readonly #idle: ClientConnection[] = []
  /** In the order they were due: the first is the first to lose patience. */
  readonly #waiting = new Set<Waiting>()
  readonly #forConnection: Waiting[] = []
  #connections = 0
  #next = 0
  #startMs = 0
  #startedAtMs = 0

  constructor(plan: LoadPlan) {
    this.#plan = plan
    this.#arrivals = plan.arrivals
    this.#visitors = new Visitors(plan.groups)
    this.#total = arrivalsTotal(plan.arrivals)
    this.counts = new LoadCounts(plan.patienceMs)
  }

  get underWay(): number {
    return this.#waiting.size
  }

  get elapsedMs(): number {
    return performance.now() - this.#startMs
  }

  /** Milliseconds since the epoch. */
  get startedAtMs(): number {
    return this.#startedAtMs
  }

  /** Resolves when every visitor was answered, failed, or left. */
  async run(): Promise<void> {
    this.#startMs = performance.now()
    this.#startedAtMs = Date.now()
    const impatience = setInterval(() => this.#sendAwayTheImpatient(), impatienceCheckMs)
    const done = Promise.withResolvers<void>()
    const pump = (): void => {
      this.#sendDue()
      if (this.#next < this.#total) {
        setTimeout(pump, Math.max(1, Math.floor(dueMs(this.#arrivals, this.#next) - this.elapsedMs)))
      } else if (this.#waiting.size > 0) setTimeout(pump, impatienceCheckMs)
      else done.resolve()
    }
    pump()
    await done.promise
    clearInterval(impatience)
    for (const connection of this.#idle) connection.close()
  }

  #sendDue(): void {
    const now = this.elapsedMs
    while (this.#next < this.#total) {
      const due = dueMs(this.#arrivals, this.#next)
      if (due > now) return
      this.#next += 1
      const visitor = this.#visitors.next()
      this.counts.offered(visitor.group.kind, due, now - due)
      const waiting: Waiting = { visitor, dueMs: due, sentMs: now, connection: undefined }
      this.#waiting.add(waiting)
      const connection = this.#takeConnection()
      if (connection === undefined) this.#forConnection.push(waiting)
      else this.#ask(waiting, connection)
    }
  }

  #takeConnection(): ClientConnection | undefined {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#connections >= this.#plan.connectionsMax) return undefined
    this.#connections += 1
    const connection = new ClientConnection(this.#plan.endpoint)
    connection.onIdleEnd(() => {
      const at = this.#idle.indexOf(connection)
      if (at === -1) return
      this.#idle.splice(at, 1)
      this.#connections -= 1
    })
    return connection
  }

  #ask(waiting: Waiting, connection: ClientConnection): void {
    waiting.connection = connection
    waiting.sentMs = this.elapsedMs
    const keepsBody = this.#plan.readsBodies
    connection.get(
      requestHead(this.#plan, waiting.visitor),
      {
        answered: (head, body, isReusable) => {
          this.#release(connection, isReusable)
          if (body !== undefined && head.status < 500) this.#look(waiting, body)
          this.#end(waiting, { kind: 'answered', status: head.status, saidHit: saidHit(head.fields) })
        },
        failed: (why) => {
          this.#release(connection, false)
          this.#end(waiting, { kind: 'broken', why })
        },
      },
      { keepsBody },
    )
  }

  #look({ visitor, sentMs }: Waiting, body: Buffer): void {
    this.checks.look(visitor, body.toString('latin1'), this.#startedAtMs + sentMs)
  }

  #release(connection: ClientConnection, isReusable: boolean): void {
    if (!isReusable) {
      this.#connections -= 1
      connection.close()
    }
    const next = this.#forConnection.shift()
    const free = isReusable ? connection : next && this.#takeConnection()
    if (next !== undefined && free !== undefined) this.#ask(next, free)
    else if (next !== undefined) this.#forConnection.unshift(next)
    else if (free !== undefined) this.#idle.push(free)
  }

  #sendAwayTheImpatient(): void {
    const latestDueMs = this.elapsedMs - this.#plan.patienceMs
    for (const waiting of this.#waiting) {
      if (waiting.dueMs > latestDueMs) return
      if (waiting.connection === undefined) this.#forConnection.splice(this.#forConnection.indexOf(waiting), 1)
      else {
        waiting.connection.close()
        this.#release(waiting.connection, false)
      }
      this.#end(waiting, { kind: 'left' })
    }
  }

  #end(waiting: Waiting, fate: Outcome['fate']): void {
    this.#waiting.delete(waiting)
    const { visitor, dueMs: due, sentMs } = waiting
    this.counts.add({ kind: visitor.group.kind, dueMs: due, sentMs, endedMs: this.elapsedMs, fate })
  }
}

/** As a browser's, short of what no server reads. Plain bodies where they are searched. */
function requestHead({ endpoint, readsBodies }: LoadPlan, { group, path }: Visitor): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${endpoint.authority}`,
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language: en-US,en;q=0.5',
    `Accept-Encoding: ${readsBodies ? 'identity' : 'gzip, deflate'}`,
    ...(group.fields ?? []),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, ask } from '../support/http-get.ts'
import type { Targets } from '../support/load.ts'
import type { Origin } from '../support/origin-process.ts'
import { isStorable, originPage } from '../support/origin-site.ts'
import { type Field, requestFields } from '../support/request-head.ts'
import type { Server } from '../support/server.ts'
import type { Question } from './question.ts'

/** Some caches store behind the response: a moment for that. */
const storedAfterMs = 200

/**
 * Asks as the load will, and compares status, fields, body, and whether the origin was reached.
 *
 * @throws saying what was wrong
 */
export async function checkAnswers(server: Server, question: Question, origin: Origin): Promise<void> {
  const { load, answer } = question
  const path = onePath(load.targets)
  const plainHead = requestFields(load.head)
  const head = requestFields(load.head, load.fields)
  const fail = (what: string) => {
    throw new Error(`${server.name} answers ${path} wrongly: ${what}`)
  }
  const askCounted = async (fields: readonly Field[]) => {
    const before = await origin.requests()
    const received = await ask(server.port, path, fields)
    return { received, reached: (await origin.requests()) - before }
  }

  const first = await askCounted(plainHead)
  const isNew = load.targets.kind === 'sequence'
  if (isNew && first.reached !== 1) fail('a new URL does not reach the origin')
  await sleep(storedAfterMs)
  const second = await askCounted(head)
  const isStored = isNew && server.kind !== 'pass-floor' && isStorable(path)
  const wanted = answer.reachesOrigin && !isStored ? 1 : 0
  if (second.reached !== wanted) fail(`the origin saw ${second.reached} requests instead of ${wanted}`)
  compare(second.received, { server, path, answer, accepts: answer.packed === true }, fail)

  if (answer.packed === true) {
    const plain = await askCounted(requestFields('minimal'))
    compare(plain.received, { server, path, answer, accepts: false }, fail)
  }
}

interface Wanted {
  readonly server: Server
  readonly path: string
  readonly answer: Question['answer']
  readonly accepts: boolean
}

function compare(received: Answer, { server, path, answer, accepts }: Wanted, fail: (what: string) => void): void {
  const page = originPage(path, accepts)!
  const { status, fields, body } = received
  if (status !== answer.status) fail(`status ${status}`)
  // Squid's 304 has none, and Varnish unpacks the gzip variant where we keep two: their ways are not ours to judge here.
  if (server.kind === 'breakwater' && fields.etag !== page.etag) fail(`ETag ${fields.etag}`)
  if (answer.status === 304) {
    if (body.length > 0) fail('a 304 with a body')
    return
  }
  if ((fields['content-encoding'] === 'gzip') !== page.isGzip) fail(`content coding ${fields['content-encoding']}`)
  if (!body.equals(page.body)) fail(`a body of ${body.length} bytes that is not the page's ${page.body.length}`)
}

let newPaths = 0

/** One of the URLs of a load; of a sequence, one that is never part of the load. */
export function onePath(targets: Targets): string {
  switch (targets.kind) {
    case 'one':
    case 'one-from-many':
      return targets.path
    case 'sequence':
      return `${targets.prefix}-check-${++newPaths}`
    case 'zipf':
      return `${targets.prefix}1`
    case 'uniform':
      return `${targets.prefix}${targets.first}`
  }
}

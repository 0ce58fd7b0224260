import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RawFields } from '../../src/http/fields.ts'
import { PurgeAccess } from '../../src/invalidate/access.ts'
import { createMemoryAnswers, type MemoryRequest } from '../../src/proxy/answer-from-memory.ts'
import { PassOfUncacheable } from '../../src/proxy/pass-at-once.ts'
import type { ShortWay } from '../../src/proxy/short-way.ts'
import type { ProxyRequest } from '../../src/request/proxy-request.ts'
import type { ProxyResponse } from '../../src/request/proxy-response.ts'
import { PreparedResponse } from '../../src/respond/prepared-response.ts'
import {
  ANY,
  type Asked,
  BARE_SETTINGS,
  readReply,
  ScriptedCore,
  type ScriptedCoreOptions,
  scriptedRequest,
} from './support/scripted-core.ts'

const NO_STORE: RawFields = ['Cache-Control', 'no-store']
const FRESH: RawFields = ['Cache-Control', 'max-age=60']

function memoryRequest(target: string): MemoryRequest {
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'h.test',
    target,
    decisive: [],
    takesShortWay: true,
    knows: () => true,
    field: () => undefined,
  }
}

function found(core: ScriptedCore, target: string): ReturnType<ReturnType<typeof createMemoryAnswers>> {
  return createMemoryAnswers(core.core)(memoryRequest(target))
}

function passFor(core: ScriptedCore, target: string): ShortWay {
  const pass = found(core, target)
  assert.ok(pass !== undefined && !(pass instanceof PreparedResponse), 'it is known as a pass')
  return pass
}

/** A core for whose `/` nothing could be stored a moment ago. */
async function uncacheable(options: ScriptedCoreOptions = {}): Promise<ScriptedCore> {
  const core = new ScriptedCore(options)
  core.answer = (asked) => asked.respond(200, NO_STORE, 'first')
  await core.get('/')
  core.answer = undefined
  return core
}

interface Sent {
  readonly asked: Asked
  readonly answers: ProxyResponse[]
  /** The client leaves. */
  leave(): void
}

/** Sends a request the short way, and waits for nothing. */
function sent(core: ScriptedCore, pass: ShortWay, more: Partial<ProxyRequest> = {}): Sent {
  const answers: ProxyResponse[] = []
  const listeners: (() => void)[] = []
  const exchange = { interim: () => {}, onGone: (listener: () => void) => void listeners.push(listener) }
  const leave = (): void => {
    for (const listener of listeners) listener()
  }
  const count = core.asked.length
  const request = scriptedRequest('/', [], { exchange, ...more })
  pass.send({ whole: () => request, respond: (answer) => void answers.push(answer) })
  assert.equal(core.asked.length, count + 1, 'it is sent in the same turn')
  return { asked: core.asked[count]!, answers, leave }
}

async function answered({ answers }: Sent): Promise<ProxyResponse> {
  while (answers.length === 0) await new Promise(setImmediate)
  assert.equal(answers.length, 1)
  return answers[0]!
}

describe('a request whose key is known to be uncacheable', () => {
  it('is answered in the turn of its response', async () => {
    const core = await uncacheable()
    const one = sent(core, passFor(core, '/'))
    assert.equal(one.answers.length, 0)
    one.asked.respond(200, NO_STORE, 'own')
    const [answer] = one.answers
    assert.equal((await readReply(answer!)).body, 'own')
    assert.deepEqual([answer!.decision.outcome, answer!.decision.detail], ['miss', 'no-store'])
    assert.equal(core.core.flights.count, 0)
  })

  it('is stored when its response may be after all, and the next is a hit', async () => {
    const core = await uncacheable()
    const one = sent(core, passFor(core, '/'))
    one.asked.respond(200, FRESH, 'for all')
    assert.equal((await readReply(await answered(one))).body, 'for all')
    assert.ok(found(core, '/') instanceof PreparedResponse)
    assert.equal(core.core.flights.count, 0)
  })

  it('is not stored when it was invalidated meanwhile', async () => {
    const core = await uncacheable()
    const one = sent(core, passFor(core, '/'))
    await core.core.invalidator.everywhere([{ scope: 'uri', value: 'h.test/', soft: false }])
    one.asked.respond(200, FRESH, 'from before')
    const answer = await answered(one)
    assert.equal((await readReply(answer)).body, 'from before')
    assert.equal(answer.decision.detail, 'invalidated')
    assert.equal(found(core, '/') instanceof PreparedResponse, false)
    assert.equal(core.core.flights.count, 0)
  })

  it('is fetched to its end for the cache when its client leaves before the head', async () => {
    const core = await uncacheable()
    const one = sent(core, passFor(core, '/'))
    one.leave()
    one.asked.respond(200, FRESH, 'for all')
    await new Promise(setImmediate)
    assert.equal(one.asked.abandoned, false)
    assert.ok(found(core, '/') instanceof PreparedResponse)
  })

  it('fails as every other when its origin does', async () => {
    const core = await uncacheable()
    const one = sent(core, passFor(core, '/'))
    one.asked.fail()
    const answer = await answered(one)
    assert.deepEqual([answer.status, answer.decision.outcome], [502, 'error'])
    assert.equal(core.failures.length, 1)
    assert.equal(core.core.flights.count, 0)
  })

  it('gets a 503 of the origin as it is', async () => {
    const core = await uncacheable()
    const one = sent(core, passFor(core, '/'))
    one.asked.respond(503, NO_STORE, 'busy')
    const answer = await answered(one)
    assert.deepEqual([answer.status, (await readReply(answer)).body], [503, 'busy'])
    assert.equal(core.failures.length, 1)
  })

  it('is known no longer when the time of remembering is over', async () => {
    const core = await uncacheable()
    assert.ok(found(core, '/') instanceof PassOfUncacheable)
    core.clock.advance(121_000)
    assert.equal(found(core, '/') instanceof PassOfUncacheable, false)
  })

  it('goes the general way where other threads or tiers may know more', async () => {
    const core = await uncacheable()
    const peers = { ask: () => undefined, invalidate: () => Promise.reject(new Error('nothing is invalidated')) }
    assert.equal(createMemoryAnswers({ ...core.core, peers })(memoryRequest('/')), undefined)
  })
})

describe('a request that a rule passes', () => {
  const rules = [
    { name: 'own', match: { ...ANY, paths: ['/own/*', '/purge/*'] }, settings: { ...BARE_SETTINGS, cache: 'pass' } },
  ] as const

  it('is answered in the turn of its response', async () => {
    const core = new ScriptedCore({ rules })
    const one = sent(core, passFor(core, '/own/1'))
    one.asked.respond(200, FRESH, 'own')
    const [answer] = one.answers
    assert.equal((await readReply(answer!)).body, 'own')
    assert.deepEqual([answer!.decision.outcome, answer!.decision.rule], ['pass', 'own'])
  })

  it('is abandoned when its client leaves, and answered once', async () => {
    const core = new ScriptedCore({ rules })
    const one = sent(core, passFor(core, '/own/1'))
    one.leave()
    assert.equal(one.asked.abandoned, true)
    one.asked.respond(200, FRESH, 'too late')
    assert.deepEqual(
      one.answers.map(({ decision }) => decision.detail),
      ['client-gone'],
    )
    assert.equal(core.failures.length, 1)
  })

  it('is left to the general way at an address that purges', () => {
    const access = new PurgeAccess({ from: ['127.0.0.1'], token: undefined })
    const purging = { access, paths: new Set(['nginx-helper'] as const), refreshByNoCache: false }
    passFor(new ScriptedCore({ rules }), '/purge/own/1')
    assert.equal(found(new ScriptedCore({ rules, purging }), '/purge/own/1'), undefined)
  })
})

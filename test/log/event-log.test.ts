import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ProxyError } from '../../src/errors.ts'
import { type EventLogStyle, eventLogStyle, openEventLog } from '../../src/log/event-log.ts'
import { humanLine } from '../../src/log/human-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
after(() => folder.remove())
let files = 0

function openLog(format: EventLogStyle['format'] = 'json', worker?: number) {
  const target = join(folder.path, `events-${files++}.log`)
  const log = openEventLog({ level: 'info', style: { format, colour: false }, target, worker })
  return { log, written: () => readFileSync(target, 'utf8') }
}

describe('the event log', () => {
  it('has written an event when the call returns', () => {
    const { log, written } = openLog()
    log.warn({ origin: 'main' }, 'origin is sick')
    const { time, ...rest } = JSON.parse(written())
    assert.deepEqual(rest, { level: 'warn', origin: 'main', msg: 'origin is sick' })
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  it('says which worker it was, where there are several', () => {
    const { log, written } = openLog('json', 1)
    log.warn({ tier: 'redis' }, 'a tier is down now')
    const { time, ...rest } = JSON.parse(written())
    assert.deepEqual(rest, { level: 'warn', worker: 1, tier: 'redis', msg: 'a tier is down now' })
    assert.equal(log.problems()[0]?.details.worker, 1)
  })

  it('leaves out what is below its level, which can change while running', () => {
    const { log, written } = openLog()
    log.debug('unheard')
    log.level = 'debug'
    log.debug('heard')
    assert.deepEqual(
      written()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).msg),
      ['heard'],
    )
  })

  it('tells an expected error by its word and its causes, without a stack', () => {
    const { log, written } = openLog()
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    log.error(
      { error: new ProxyError('ORIGIN_REFUSED', 'Cannot connect', { source: 'origin', status: 502, cause }) },
      'failed',
    )
    assert.deepEqual(JSON.parse(written()).error, {
      code: 'origin-refused',
      message: 'Cannot connect',
      cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
    })
  })

  it('shows the stack of an error nobody expected', () => {
    const { log, written } = openLog()
    log.error(new TypeError('x is undefined'))
    assert.match(JSON.parse(written()).error.stack, /event-log\.test/)
  })

  it('never has cookies, credentials or tokens, at any depth (A-LG-02)', () => {
    const { log, written } = openLog()
    log.info(
      { request: { fields: ['Cookie', 'sid="hush-1"', 'Accept', '*/*', 'authorization', 'Bearer hush-2'] } },
      'raw fields',
    )
    log.info(
      { a: { b: { headers: { 'set-cookie': ['s=hush-3', 't=hush-4'], accept: '*/*' } } }, token: 'hush-5' },
      'objects',
    )
    log.info('redis://user:hush-6@10.0.0.1 refused "Cookie: a=hush-7; b=hush-7"')
    log.info('sent Authorization: Basic aHVzaC04')
    log.error(new Error('upstream said: Bearer hush-9'))
    assert.doesNotMatch(written(), /hush-|aHVzaC04/)
    assert.equal(written().match(/"\*\/\*"/g)?.length, 2)
  })

  it('keeps each event on one line of printable ASCII (A-LG-01)', () => {
    const { log, written } = openLog()
    log.info({ target: '/\x1b[31m\r\nforged\u2028\x9b' }, 'é')
    assert.match(written(), /^[ -~]+\n$/)
    assert.equal(JSON.parse(written()).msg, 'é')
  })
})

describe('events at a terminal', () => {
  const line = (event: object) => JSON.stringify({ level: 'warn', time: '2026-01-31T23:59:59.007Z', ...event })

  it('are a line for people', () => {
    assert.equal(
      humanLine(line({ origin: 'main', after: 3, why: 'two words', msg: 'origin is sick' }), false),
      '23:59:59 warn  origin is sick  origin=main after=3 why="two words"\n',
    )
  })

  it('append the messages of an error and its causes', () => {
    const error = { message: 'Cannot connect', cause: { message: 'connect ECONNREFUSED' } }
    assert.equal(
      humanLine(line({ msg: 'failed', error }), false),
      '23:59:59 warn  failed: Cannot connect: connect ECONNREFUSED\n',
    )
  })

  it('cannot drive the terminal', () => {
    assert.equal(humanLine(line({ msg: 'a\x1b[2J\nb\u202e' }), false), '23:59:59 warn  a\\u001b[2J\\u000ab\\u202e\n')
  })

  it('are coloured only where colour is wanted', () => {
    assert.match(humanLine(line({ msg: 'x' }), true), /\x1b\[33mwarn/)
    assert.equal(eventLogStyle({ NO_COLOR: '1' }).colour, false)
  })
})

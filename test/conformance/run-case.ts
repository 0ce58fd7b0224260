import assert from 'node:assert/strict'
import { allValues, firstValue, hasField, type RawFields } from '../../src/http/fields.ts'
import { type Asked, ScriptedCore } from '../proxy/support/scripted-core.ts'
import type { ConformanceCase, Expected, Step } from './conformance-case.ts'

/**
 * Plays a case against the core, over an origin that answers as its steps say.
 *
 * @throws AssertionError where the proxy does something else than expected
 */
export async function runCase({ steps, settings = {} }: ConformanceCase): Promise<void> {
  const core = new ScriptedCore({ settings, obeyRequestDirectives: true })
  const validators = { etag: undefined as string | undefined, lastModified: undefined as string | undefined }
  for (const [index, step] of steps.entries()) {
    core.clock.advance((step.after ?? 0) * 1000)
    const before = core.asked.length
    const nowMs = core.clock.now()
    const body = step.body ?? `response ${index + 1}`
    core.answer = (asked) => answer(asked, step, { nowMs, body, validators })
    const method = step.method ?? 'GET'
    const reply = await core.get(step.target ?? '/', lines(step.request ?? [], nowMs), { method })
    const asked = core.asked.slice(before)
    const label = `request ${index + 1}, ${reply.status} ${reply.field('cache-status')}`

    checkExpected(step.expect, asked, `${label}: ${step.expect}`)
    if (step.expectStatus !== undefined) assert.equal(reply.status, step.expectStatus, label)
    if (step.expectBody !== undefined) assert.equal(reply.body, step.expectBody, label)
    else if (
      step.expect === 'not-cached' &&
      asked.length > 0 &&
      reply.status === (step.status ?? 200) &&
      reply.body !== ''
    )
      assert.equal(reply.body, body, label)
    checkFields(reply.response.fields, step.expectFields ?? [], nowMs, label)
    checkFields(asked.at(-1)?.request.fields ?? [], step.expectAsked ?? [], nowMs, `${label}, upstream`)
  }
}

interface Answering {
  readonly nowMs: number
  readonly body: string
  readonly validators: { etag: string | undefined; lastModified: string | undefined }
}

/** The suite's server: a 304 where a validation is expected and the validator is the last one sent, else the response. */
function answer(asked: Asked, step: Step, { nowMs, body, validators }: Answering): void {
  if (step.closes === true) return asked.fail()
  const fields = lines(step.response ?? [], nowMs)
  if (step.interim !== undefined) asked.interim(step.interim.status, lines(step.interim.fields, nowMs))
  const byEtag = step.expect === 'etag-validated' && asked.field('if-none-match') === validators.etag
  const byDate = step.expect === 'lm-validated' && asked.field('if-modified-since') === validators.lastModified
  if (byEtag || byDate) return asked.respond(304, dated(fields, nowMs))
  validators.etag = firstValue(fields, 'etag')
  validators.lastModified = firstValue(fields, 'last-modified')
  asked.respond(step.status ?? 200, dated(fields, nowMs), body)
}

function checkExpected(expected: Expected | undefined, asked: readonly Asked[], label: string): void {
  switch (expected) {
    case undefined:
      return
    case 'cached':
      return assert.equal(asked.length, 0, `${label}: the origin was asked`)
    case 'not-cached':
      return assert.ok(asked.length > 0, `${label}: the origin was not asked`)
    case 'etag-validated':
      return assert.ok(asked[0]?.field('if-none-match') !== undefined, `${label}: not asked with If-None-Match`)
    case 'lm-validated':
      return assert.ok(asked[0]?.field('if-modified-since') !== undefined, `${label}: not asked with If-Modified-Since`)
  }
}

function checkFields(fields: RawFields, expected: readonly string[], nowMs: number, label: string): void {
  for (const line of expected) {
    if (line.startsWith('!')) {
      assert.ok(!hasField(fields, line.slice(1).toLowerCase()), `${label}: has ${line.slice(1)}`)
      continue
    }
    const [name = '', value = ''] = lines([line], nowMs)
    assert.ok(
      allValues(fields, name.toLowerCase()).includes(value),
      `${label}: has not ${line}, but ${fields.join(' | ')}`,
    )
  }
}

/** `Name: value` lines as fields; `@-60` in a value becomes the date of a minute ago. */
function lines(texts: readonly string[], nowMs: number): RawFields {
  return texts.flatMap((text) => {
    const colon = text.indexOf(':')
    const value = text.slice(colon + 1).trim()
    return [text.slice(0, colon), value.replace(/@([+-]\d+)/, (_, seconds) => dateAt(nowMs, Number(seconds)))]
  })
}

function dateAt(nowMs: number, seconds: number): string {
  return new Date(nowMs + seconds * 1000).toUTCString()
}

/** As every origin with a clock does (RFC 9110 §6.6.1). */
function dated(fields: RawFields, nowMs: number): RawFields {
  return hasField(fields, 'date') ? fields : [...fields, 'Date', dateAt(nowMs, 0)]
}

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { RawRequest } from '../support/http-client.ts'

/**
 * One exchange as it was recorded: what a browser or script sent to the system, and what the system answered, in the words
 * of the wire. The answers to what the cache should not ask are left out.
 */
export interface Recorded {
  /** What happens, as a sentence. */
  readonly what: string
  readonly visitor: string
  readonly request: RawRequest & { readonly method: string; readonly target: string; readonly fields: string[] }
  /** Undefined: it is answered from memory. */
  readonly response: RecordedResponse | undefined
  /** The answer is the visitor's own: nobody else may see it. */
  readonly isOwn: boolean
  /** What is to become of it: see `outcomeOf`. */
  readonly expect: string
  /** The cookies that reach the system, `none` for none; undefined: not looked at. */
  readonly cookiesSeen: string | undefined
}

export interface RecordedResponse {
  readonly status: number
  readonly reason: string
  readonly fields: string[]
}

export interface Recording {
  /** What the configuration says beside `preset`. */
  readonly config: string
  readonly exchanges: readonly Recorded[]
}

/** Reads `recorded/NAME.yaml`. */
export function readRecording(name: string): Recording {
  const file = new URL(`./recorded/${name}.yaml`, import.meta.url)
  const document: unknown = parse(readFileSync(file, 'utf8'))
  assert.ok(isMap(document) && Array.isArray(document.exchanges), `${name}: exchanges`)
  return {
    config: typeof document.config === 'string' ? document.config : `preset: ${name}\n`,
    exchanges: document.exchanges.map((exchange: unknown, index) => toRecorded(exchange, `${name}[${index}]`)),
  }
}

function toRecorded(exchange: unknown, place: string): Recorded {
  assert.ok(isMap(exchange), place)
  const text = (name: string): string => {
    const value = exchange[name]
    assert.ok(typeof value === 'string', `${place}: ${name}`)
    return value
  }
  const head = lines(text('request'))
  const [method = '', target = ''] = head[0]!.split(' ')
  const response = exchange.response === undefined ? undefined : toResponse(lines(text('response')))
  return {
    what: text('what'),
    visitor: text('visitor'),
    request: { method, target, fields: fieldsOf(head), ...(method === 'POST' ? { body: 'log=ann&pwd=x' } : {}) },
    response,
    isOwn: exchange.own === true,
    expect: text('expect'),
    cookiesSeen: exchange.cookiesSeen === undefined ? undefined : text('cookiesSeen'),
  }
}

function toResponse(head: readonly string[]): RecordedResponse {
  const [, status = '', reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(head[0]!) ?? []
  return { status: Number(status), reason, fields: fieldsOf(head) }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

function fieldsOf([, ...head]: readonly string[]): string[] {
  return head.flatMap((line) => {
    const colon = line.indexOf(':')
    assert.ok(colon > 0, line)
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The cookies of a request, `name=value` each. */
export function cookiesOf(fields: readonly string[]): string[] {
  return fields
    .filter((_, i) => i % 2 === 1 && fields[i - 1]!.toLowerCase() === 'cookie')
    .flatMap((value) => value.split(';').map((piece) => piece.trim()))
}

/**
 * What a `Cache-Status` tells: `hit`, `stored`, `pass by RULE`, `pass by cookie`, `pass by method`, or `not stored: REASON`.
 */
export function outcomeOf(cacheStatus: string): string {
  const parameters = new Map(
    cacheStatus.split('; ').map((text): [string, string] => {
      const [name = '', value = ''] = text.split('=', 2)
      return [name, value.replaceAll('"', '')]
    }),
  )
  if (parameters.has('hit')) return 'hit'
  if (parameters.has('stored')) return 'stored'
  const [forward, detail] = [parameters.get('fwd'), parameters.get('detail')]
  if (forward === 'method') return 'pass by method'
  if (forward === 'bypass') return `pass by ${detail === 'rule' ? parameters.get('rule') : detail}`
  return `not stored: ${detail ?? 'no reason'}`
}

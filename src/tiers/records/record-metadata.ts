import { noResponseDirectives, type ResponseDirectives } from '../../rfc9111/directives.ts'
import {
  type FreshnessLifetime,
  type LifetimeSource,
  lifetimeSources,
  type StoredRange,
  type StoredResponse,
} from '../../rfc9111/stored-response.ts'

/*
 * Metadata is JSON of arrays by position: compact, parsed by native code, and without names, so nothing in it can meet a name of
 * `Object.prototype`. Whoever writes to the shared tier chooses these bytes: everything is checked, nothing is cast.
 */

/** Thrown by the readers below where something is not of the shape that this version writes. */
export class MalformedMetadata extends Error {}

export type StoredHead = Omit<StoredResponse, 'body'>

/** @returns undefined when a number could not be written as JSON */
export function responseToArray(stored: StoredHead): readonly unknown[] | undefined {
  const { lifetime, range } = stored
  const numbers = [
    stored.status,
    stored.requestTimeMs,
    stored.responseTimeMs,
    stored.dateMs,
    stored.ageFieldSeconds,
    lifetime.seconds,
  ]
  const directives = directivesToArray(stored.directives)
  if (![...numbers, ...directives.filter((value) => typeof value === 'number')].every(Number.isFinite)) return undefined
  return [
    stored.requestMethod,
    stored.reason,
    ...numbers,
    lifetime.source,
    stored.fields,
    directives,
    stored.selecting.flatMap(({ name, value }) => [name, value ?? null]),
    range === undefined ? null : [range.first, range.last, range.completeLength ?? null],
    stored.tags,
    stored.invalidated,
  ]
}

/** @throws MalformedMetadata */
export function responseFromArray(value: unknown): StoredHead {
  const part = new Positions(value, 15)
  return {
    requestMethod: part.text(),
    reason: part.text(),
    status: part.number(),
    requestTimeMs: part.number(),
    responseTimeMs: part.number(),
    dateMs: part.number(),
    ageFieldSeconds: part.number(),
    lifetime: { seconds: part.number(), source: sourceFrom(part.text()) } satisfies FreshnessLifetime,
    fields: pairs(part.texts()),
    directives: directivesFrom(part.next()),
    selecting: selectingFrom(part.next()),
    range: rangeFrom(part.next()),
    tags: part.texts(),
    invalidated: part.flag(),
  }
}

/** Reads an array from its first to its last position, each as what it must be. */
export class Positions {
  readonly #values: readonly unknown[]
  #at = 0

  constructor(value: unknown, length?: number) {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw new MalformedMetadata()
    this.#values = value
  }

  get length(): number {
    return this.#values.length
  }

  next(): unknown {
    return this.#values[this.#at++]
  }

  text(): string {
    const value = this.next()
    if (typeof value !== 'string') throw new MalformedMetadata()
    return value
  }

  number(): number {
    const value = this.next()
    if (typeof value !== 'number') throw new MalformedMetadata()
    return value
  }

  flag(): boolean {
    const value = this.next()
    if (typeof value !== 'boolean') throw new MalformedMetadata()
    return value
  }

  texts(): string[] {
    const value = this.next()
    if (!Array.isArray(value) || !value.every((text) => typeof text === 'string')) throw new MalformedMetadata()
    return value
  }
}

function pairs(fields: string[]): string[] {
  if (fields.length % 2 !== 0) throw new MalformedMetadata()
  return fields
}

function sourceFrom(text: string): LifetimeSource {
  const source = lifetimeSources.find((known) => known === text)
  if (source === undefined) throw new MalformedMetadata()
  return source
}

/** The order in which directives are written. A new one goes to the end, with a new version of the record. */
const directiveNames = [
  'noStore',
  'noCache',
  'noCacheFields',
  'isPrivate',
  'privateFields',
  'isPublic',
  'mustRevalidate',
  'proxyRevalidate',
  'mustUnderstand',
  'noTransform',
  'immutable',
  'maxAgeSeconds',
  'sMaxageSeconds',
  'staleWhileRevalidateSeconds',
  'staleIfErrorSeconds',
] as const satisfies readonly (keyof ResponseDirectives)[]

function directivesToArray(directives: ResponseDirectives): unknown[] {
  return directiveNames.map((name) => directives[name] ?? null)
}

function directivesFrom(value: unknown): ResponseDirectives {
  const part = new Positions(value, directiveNames.length)
  const read: Record<string, unknown> = {}
  for (const name of directiveNames) {
    const usual = noResponseDirectives[name]
    if (typeof usual === 'boolean') read[name] = part.flag()
    else if (Array.isArray(usual)) read[name] = part.texts()
    else read[name] = optionalNumber(part.next())
  }
  // Every name of the type was given the kind of value that the type has there.
  return read as unknown as ResponseDirectives
}

function optionalNumber(value: unknown): number | undefined {
  if (value === null) return undefined
  if (typeof value !== 'number') throw new MalformedMetadata()
  return value
}

function selectingFrom(value: unknown): StoredResponse['selecting'] {
  const part = new Positions(value)
  const selecting: { name: string; value: string | undefined }[] = []
  for (let i = 0; i < part.length; i += 2) {
    const name = part.text()
    const selected = part.next() ?? undefined
    if (selected !== undefined && typeof selected !== 'string') throw new MalformedMetadata()
    selecting.push({ name, value: selected })
  }
  return selecting
}

function rangeFrom(value: unknown): StoredRange | undefined {
  if (value === null) return undefined
  const part = new Positions(value, 3)
  return { first: part.number(), last: part.number(), completeLength: optionalNumber(part.next()) }
}

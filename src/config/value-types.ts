import { z } from 'zod'
import {
  DURATION_EXPECTED,
  FormatError,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  SIZE_EXPECTED,
} from '../units.ts'
import { nearest } from './nearest.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }

/** One kind of value that an option can have: how it is read, and how it is described to people and editors. */
export interface ValueType<T> {
  /** Completes "expected …". */
  readonly expected: string
  /** The smallest and largest value, as people write them; for the document. */
  readonly range?: string
  readonly json: JsonSchema
  readonly schema: z.ZodType<T>
}

interface ScalarSpec<T> extends Omit<ValueType<T>, 'schema'> {
  /** @throws {FormatError} */
  parse(value: unknown): T
}

/** What a problem's issue carries beside its message. */
export interface MismatchParams {
  readonly expected: string
  readonly suggestion?: string | undefined
  /** What was found, where that is not the value at the issue's path. */
  readonly found?: unknown
}

/** A value type from a function that reads one value or throws a FormatError. */
export function scalar<T>({ parse, ...description }: ScalarSpec<T>): ValueType<T> {
  const schema = z.unknown().transform((value, context): T => {
    try {
      return parse(value)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      const params: MismatchParams = { expected: error.expected, suggestion: error.suggestion }
      context.addIssue({ code: 'custom', message: error.message, params: { ...params } })
      return z.NEVER
    }
  })
  return { ...description, schema }
}

/** The text of a string or number, so that `10` and `"10"` get the same answer. */
export function textOf(value: unknown, expected: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new FormatError(String(value), expected)
}

interface Bounds {
  readonly min: string
  readonly max: string
}

/** A duration in milliseconds, both bounds included. */
export function durationMs({ min, max }: Bounds): ValueType<number> {
  const [minMs, maxMs] = [parseDuration(min), parseDuration(max)]
  return scalar({
    expected: DURATION_EXPECTED,
    range: `${min} to ${max}`,
    json: { type: ['string', 'integer'], pattern: '^\\s*(0|(\\d+(\\.\\d+)?(ms|[wdhms])\\s*)+)$', maximum: 0 },
    parse(value) {
      const text = textOf(value, DURATION_EXPECTED)
      const ms = parseDuration(text)
      if (ms >= minMs && ms <= maxMs) return ms
      const bound = formatDuration(ms < minMs ? minMs : maxMs)
      throw new FormatError(text, `a duration from ${min} to ${max}`, bound)
    },
  })
}

/** A duration in whole seconds, as HTTP counts freshness. */
export function durationSeconds(bounds: Bounds): ValueType<number> {
  const inMs = durationMs(bounds)
  return {
    ...inMs,
    schema: inMs.schema.transform((ms, context) => {
      if (ms % 1000 === 0) return ms / 1000
      const expected = 'a whole number of seconds'
      const params: MismatchParams = { expected, suggestion: `${Math.max(1, Math.round(ms / 1000))}s` }
      context.addIssue({ code: 'custom', message: `expected ${expected}`, params: { ...params } })
      return z.NEVER
    }),
  }
}

/** A size in bytes, both bounds included. */
export function size({ min, max }: Bounds): ValueType<number> {
  const [minBytes, maxBytes] = [parseSize(min), parseSize(max)]
  return scalar({
    expected: SIZE_EXPECTED,
    range: `${min} to ${max}`,
    json: { type: ['string', 'integer'], pattern: '^\\s*\\d+(\\.\\d+)?\\s*([KkMmGgTt][Ii]?)?[Bb]\\s*$', maximum: 0 },
    parse(value) {
      const text = textOf(value, SIZE_EXPECTED)
      const bytes = typeof value === 'number' && value > 0 ? suggestBytes(value) : parseSize(text)
      if (bytes >= minBytes && bytes <= maxBytes) return bytes
      throw new FormatError(text, `a size from ${min} to ${max}`, formatSize(bytes < minBytes ? minBytes : maxBytes))
    },
  })
}

/** A bare number of bytes is not wrong, but one that was meant as megabytes would be: it has to say so. */
function suggestBytes(value: number): never {
  throw new FormatError(String(value), SIZE_EXPECTED, Number.isSafeInteger(value) ? formatSize(value) : undefined)
}

/** A whole number, both bounds included. */
export function count(min: number, max: number): ValueType<number> {
  const expected = `a whole number from ${min} to ${max}`
  return scalar({
    expected,
    json: { type: 'integer', minimum: min, maximum: max },
    parse(value) {
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
      throw new FormatError(String(value), expected)
    },
  })
}

/** The same type, or the word `none`, read as `whenNone`. */
export function orNone<T, N>(type: ValueType<T>, whenNone: N): ValueType<T | N> {
  return orWord(type, 'none', whenNone)
}

/** The same type, or one word that is read as something else. */
export function orWord<T, N>(type: ValueType<T>, word: string, meaning: N): ValueType<T | N> {
  const expected = `${type.expected}, or ${word}`
  return {
    ...type,
    expected,
    json: { anyOf: [type.json, { const: word }] },
    schema: z.unknown().transform((value, context): T | N => {
      if (value === word) return meaning
      const read = type.schema.safeParse(value)
      if (read.success) return read.data
      for (const issue of read.error.issues) {
        // Out of range is said as it is; only what is no such value at all might have been meant as the word.
        const params = paramsOf(issue)
        const own = params.expected === type.expected ? { ...params, expected } : params
        context.addIssue({ code: 'custom', message: issue.message, params: { ...own } })
      }
      return z.NEVER
    }),
  }
}

const toggleWords = new Map<unknown, boolean>([
  [true, true],
  ['on', true],
  ['yes', true],
  [false, false],
  ['off', false],
  ['no', false],
])

/** YAML 1.2 reads `on` and `yes` as texts; who writes them means true. */
export const toggle: ValueType<boolean> = scalar({
  expected: 'on or off',
  json: { enum: [true, false, 'on', 'off', 'yes', 'no'] },
  parse(value) {
    const known = toggleWords.get(value)
    if (known !== undefined) return known
    throw new FormatError(
      String(value),
      'on or off',
      typeof value === 'string' ? nearest(value, ['on', 'off']) : undefined,
    )
  },
})

/** One word of several. */
export function choice<const W extends string>(...words: readonly W[]): ValueType<W> {
  const expected = words.length === 2 ? words.join(' or ') : `one of ${words.join(', ')}`
  return scalar({
    expected,
    json: { enum: words },
    parse(value) {
      // Parsers of YAML 1.1, and tools that rewrite files with them, turn `off` into false.
      const text = value === false ? 'off' : String(value)
      const word = words.find((candidate) => candidate === text)
      if (word !== undefined) return word
      throw new FormatError(text, expected, nearest(text, words))
    },
  })
}

/** One value or a list of them. */
export function oneOrMore<T>(item: ValueType<T>): ValueType<readonly T[]> {
  return {
    expected: `${item.expected}, or a list of such`,
    json: { anyOf: [item.json, { type: 'array', items: item.json }] },
    schema: z
      .unknown()
      .transform((value) => (Array.isArray(value) ? value : [value]))
      .pipe(z.array(item.schema)),
  }
}

/** A map with names of one type and values of another, as a list in the order of the file. */
export function mapOf<T>(
  name: ValueType<string>,
  item: ValueType<T>,
  expected: string,
): ValueType<readonly Entry<T>[]> {
  return {
    expected,
    json: { type: 'object', additionalProperties: item.json },
    schema: z.unknown().transform((value, context): readonly Entry<T>[] => {
      const report = (params: MismatchParams, path: string[] = []) =>
        context.addIssue({ code: 'custom', message: `expected ${params.expected}`, params: { ...params }, path })
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        report({ expected })
        return z.NEVER
      }
      return Object.entries(value).flatMap(([key, inner]): Entry<T>[] => {
        const [readName, readItem] = [name.schema.safeParse(key), item.schema.safeParse(inner)]
        for (const issue of readName.error?.issues ?? []) report({ ...paramsOf(issue), found: key }, [key])
        for (const issue of readItem.error?.issues ?? []) report(paramsOf(issue), [key])
        return readName.success && readItem.success ? [[readName.data, readItem.data]] : []
      })
    }),
  }
}

type Entry<T> = readonly [name: string, value: T]

/** What `scalar` put into an issue. */
export function paramsOf(issue: z.core.$ZodIssue): MismatchParams {
  const params = issue.code === 'custom' ? issue.params : undefined
  return { expected: String(params?.expected ?? 'something else'), suggestion: params?.suggestion, ...found(params) }
}

function found(params: object | undefined): { found?: unknown } {
  return params !== undefined && 'found' in params ? { found: params.found } : {}
}

/** Byte ranges (RFC 9110 §14): reading `Range` and `Content-Range`, and what they mean for a length. */

/** Of a `Range` field: from `first` to `last` (undefined: to the end), or the last `suffixLength` bytes. */
export type RangeSpec =
  | { readonly first: number; readonly last: number | undefined }
  | { readonly suffixLength: number }

/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface ContentRange extends ByteRange {
  /** undefined: `*`, not known */
  readonly completeLength: number | undefined
}

export type ResolvedRanges =
  | { readonly kind: 'satisfiable'; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'unsatisfiable' }

/** More ranges than any client needs; a field with more of them is an attack on memory and is ignored (RFC 9110 §17.15). */
export const rangesMax = 200

const rangeSpec = /^(?:(\d+)-(\d*)|-(\d+))$/

/** @returns undefined when the field must be ignored: another unit, not to the grammar, or too many ranges (§14.2) */
export function parseRange(value: string): readonly RangeSpec[] | undefined {
  const unit = /^bytes\s*=/i.exec(value)
  if (unit === null) return undefined
  const specs: RangeSpec[] = []
  for (const part of value.slice(unit[0].length).split(',', rangesMax + 2)) {
    const text = part.trim()
    if (text === '') continue
    const spec = parseSpec(text)
    if (spec === undefined || specs.push(spec) > rangesMax) return undefined
  }
  return specs.length === 0 ? undefined : specs
}

/**
 * What the ranges select of a representation of `length` bytes. Those that overlap or touch become one, so that the sum is
 * never more than the representation; the others keep the order of the request (RFC 9110 §15.3.7.2).
 */
export function resolveRanges(specs: readonly RangeSpec[], length: number): ResolvedRanges {
  const selected: ByteRange[] = []
  for (const spec of specs) {
    const range = resolveSpec(spec, length)
    if (range !== undefined) selected.push(range)
  }
  if (selected.length === 0) return { kind: 'unsatisfiable' }
  return { kind: 'satisfiable', ranges: selected.length === 1 ? selected : merged(selected) }
}

/** Reads a `Content-Range` with a range in it; `bytes *\/1000` and everything malformed is undefined. */
export function parseContentRange(value: string): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(value)
  if (match === null) return undefined
  const first = Number(match[1])
  const last = Number(match[2])
  const completeLength = match[3] === '*' ? undefined : Number(match[3])
  // RFC 9110 §14.4: the recipient MUST NOT use one whose last is before its first, or not within the length.
  if (last < first || (completeLength !== undefined && completeLength <= last)) return undefined
  return { first, last, completeLength }
}

export function formatContentRange(range: ContentRange): string {
  return `bytes ${range.first}-${range.last}/${range.completeLength ?? '*'}`
}

/** `Content-Range` of a 416 (RFC 9110 §15.5.17). */
export function formatUnsatisfiedRange(completeLength: number): string {
  return `bytes */${completeLength}`
}

function parseSpec(text: string): RangeSpec | undefined {
  const match = rangeSpec.exec(text)
  if (match === null) return undefined
  if (match[3] !== undefined) return { suffixLength: bounded(match[3]) }
  const first = bounded(match[1]!)
  const last = match[2] === '' ? undefined : bounded(match[2]!)
  return last !== undefined && last < first ? undefined : { first, last }
}

function bounded(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
}

function resolveSpec(spec: RangeSpec, length: number): ByteRange | undefined {
  if ('suffixLength' in spec) {
    if (spec.suffixLength === 0 || length === 0) return undefined
    return { first: Math.max(0, length - spec.suffixLength), last: length - 1 }
  }
  if (spec.first >= length) return undefined
  return { first: spec.first, last: Math.min(spec.last ?? length - 1, length - 1) }
}

function merged(ranges: readonly ByteRange[]): ByteRange[] {
  const byFirst = ranges.map((range, index) => ({ ...range, index })).sort((a, b) => a.first - b.first)
  const joined: { first: number; last: number; index: number }[] = []
  for (const range of byFirst) {
    const previous = joined.at(-1)
    if (previous !== undefined && range.first <= previous.last + 1) {
      previous.last = Math.max(previous.last, range.last)
      previous.index = Math.min(previous.index, range.index)
    } else {
      joined.push(range)
    }
  }
  return joined.sort((a, b) => a.index - b.index).map(({ first, last }) => ({ first, last }))
}

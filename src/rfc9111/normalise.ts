import { combinedValue, type RawFields } from '../http/fields.ts'
import { parseQualityList, type Weighted } from '../http/quality.ts'
import { Remembered } from '../tables/remembered.ts'

/**
 * The value of a request field in the form in which selecting fields are compared (RFC 9111 §4.1): lines combined, white space
 * made uniform, and the two fields whose meaning we know brought to one spelling. Undefined without the field.
 */
export function normalisedRequestValue(requestFields: RawFields, name: string): string | undefined {
  const value = combinedValue(requestFields, name)
  switch (name) {
    case 'accept-encoding':
      return foldedAcceptEncoding(value)
    case 'accept-language':
      return value === undefined ? undefined : languages.of(value)
    case 'cookie':
    case 'authorization':
      // Not lists, and what they select is somebody's: compared as they are.
      return value
    default:
      return value === undefined ? undefined : withUniformSpace(value)
  }
}

/**
 * `Accept-Encoding` folded to the codings that matter, sorted: `br`, `gzip`, `zstd`, and `deflate` only where there is none of
 * them. Weights count only as acceptable or not. Undefined when nothing but identity is accepted, like without the field:
 * RFC 9110 §12.5.3 lets the origin send anything then, but real ones send identity.
 *
 * May be forwarded in place of the client's own field, so that the origin decides on exactly what is compared.
 */
export function foldedAcceptEncoding(value: string | undefined): string | undefined {
  return value === undefined ? undefined : encodings.of(value) || undefined
}

/** Whether the request accepts content with this `Content-Encoding` (RFC 9110 §12.5.3). */
export function acceptsCoding(requestFields: RawFields, contentEncoding: string | undefined): boolean {
  if (contentEncoding === undefined) return true
  const value = combinedValue(requestFields, 'accept-encoding')
  const folded = foldedAcceptEncoding(value) ?? ''
  if (isOfInterest(contentEncoding)) return folded.includes(contentEncoding)
  const codings = contentEncoding.toLowerCase().split(',')
  return codings.every((text) => {
    const coding = canonicalCoding(text.trim())
    if (coding === '' || coding === 'identity') return true
    return isOfInterest(coding) ? folded.includes(coding) : weightOf(parseQualityList(value ?? ''), coding) > 0
  })
}

/** The language ranges with the highest weight, lower case. */
export function preferredLanguages(requestFields: RawFields): readonly string[] {
  const ranges = parseQualityList(combinedValue(requestFields, 'accept-language') ?? '')
  const best = Math.max(0, ...ranges.map((range) => range.weight))
  return best === 0 ? [] : ranges.filter((range) => range.weight === best).map((range) => range.name)
}

const codingsOfInterest: readonly string[] = ['br', 'gzip', 'zstd']

function isOfInterest(coding: string): boolean {
  return codingsOfInterest.includes(coding)
}

function foldAcceptEncoding(value: string): string {
  const accepted = parseQualityList(value)
  const codings = codingsOfInterest.filter((coding) => weightOf(accepted, coding) > 0)
  if (codings.length > 0) return codings.join(', ')
  return weightOf(accepted, 'deflate') > 0 ? 'deflate' : ''
}

function weightOf(accepted: readonly Weighted[], coding: string): number {
  const named = accepted.find(({ name }) => canonicalCoding(name) === coding)
  return (named ?? accepted.find(({ name }) => name === '*'))?.weight ?? 0
}

function canonicalCoding(coding: string): string {
  return coding === 'x-gzip' ? 'gzip' : coding
}

/** Highest weight first; ranges of the same weight are equally wanted (RFC 9110 §12.5.4), so their order is made one. */
function foldAcceptLanguage(value: string): string {
  return parseQualityList(value)
    .toSorted((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    .map(({ name, weight }) => (weight === 1000 ? name : `${name};q=${weight / 1000}`))
    .join(',')
}

/**
 * Around commas white space means nothing, elsewhere one space is as good as several; in quoted strings it is kept. A value with
 * escapes is compared as it is: finding the ends of its strings is not worth the risk of finding them wrong.
 */
function withUniformSpace(value: string): string {
  const trimmed = value.trim()
  if (!/[ \t,]/.test(trimmed) || trimmed.includes('\\')) return trimmed
  const pieces = trimmed.split('"')
  for (let i = 0; i < pieces.length; i += 2) {
    pieces[i] = pieces[i]!.replace(/[ \t]+/g, ' ').replace(/ ?, ?/g, ',')
  }
  return pieces.join('"')
}

/** Browsers send the same few values with every request. */
const remembered = { textsMax: 512, lengthMax: 256 }
const encodings = new Remembered(foldAcceptEncoding, remembered)
const languages = new Remembered(foldAcceptLanguage, remembered)

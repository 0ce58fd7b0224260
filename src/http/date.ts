import { Remembered } from '../tables/remembered.ts'

/**
 * HTTP dates (RFC 9110 §5.6.7): reading all three forms, writing the preferred one.
 */

/** Of the preferred form, in characters. */
export const IMF_FIXDATE_LENGTH = 29

const weekday = '(?:mon|tue|wed|thu|fri|sat|sun)'
const weekdayLong = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)'
const monthName = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)'
const time = '(\\d\\d):(\\d\\d):(\\d\\d)'

// Case-insensitive, because RFC 9111 §4.2 asks caches to be; in everything else exactly the grammar, because a date that
// another recipient reads differently is no basis for reuse.
const imfFixdate = new RegExp(`^${weekday}, (\\d\\d) ${monthName} (\\d{4}) ${time} gmt$`, 'i')
const rfc850Date = new RegExp(`^${weekdayLong}, (\\d\\d)-${monthName}-(\\d\\d) ${time} gmt$`, 'i')
const asctimeDate = new RegExp(`^${weekday} ${monthName} (\\d\\d| \\d) ${time} (\\d{4})$`, 'i')

const monthNumbers = new Map(
  ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map((name, index) => [
    name,
    index,
  ]),
)

/**
 * Reads an HTTP-date. The name of the weekday must be one, but is not compared with the date.
 *
 * @param nowMs only used for the two-digit year of the RFC 850 form: one that seems more than 50 years ahead is past
 * @returns milliseconds since the epoch, or undefined when the text is not an HTTP-date
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const preferred = text.length === IMF_FIXDATE_LENGTH ? imfFixdates.of(text) : undefined
  if (preferred !== undefined) return preferred
  let match = rfc850Date.exec(text)
  if (match !== null) return rfc850ToMs(match, nowMs)
  match = asctimeDate.exec(text)
  if (match !== null)
    return toMs({ year: Number(match[6]), month: match[1]!, day: match[2]!, timeMs: timeOfDayMs(match, 3) })
  return undefined
}

/** An origin writes the same `Date` for a second, and the same `Last-Modified` for as long as nothing changes. */
const imfFixdates = new Remembered(imfFixdateToMs, { textsMax: 256, lengthMax: IMF_FIXDATE_LENGTH })

function imfFixdateToMs(text: string): number | undefined {
  const match = imfFixdate.exec(text)
  if (match === null) return undefined
  return toMs({ year: Number(match[3]), month: match[2]!, day: match[1]!, timeMs: timeOfDayMs(match, 4) })
}

/** Each second at its place, until another comes there. */
const formattedMax = 256
const formattedSeconds = new Float64Array(formattedMax).fill(Number.NaN)
const formatted: string[] = new Array(formattedMax).fill('')

/** The IMF-fixdate of a moment; remembered, because almost every caller asks for this second, or for when a page was changed or stored. */
export function formatHttpDate(ms: number): string {
  const second = Math.floor(ms / 1000)
  const place = second & (formattedMax - 1)
  if (formattedSeconds[place] !== second) {
    formatted[place] = new Date(second * 1000).toUTCString()
    formattedSeconds[place] = second
  }
  return formatted[place]!
}

function rfc850ToMs(match: RegExpExecArray, nowMs: number): number | undefined {
  const century = Math.floor(new Date(nowMs).getUTCFullYear() / 100) * 100
  const limit = new Date(nowMs)
  limit.setUTCFullYear(limit.getUTCFullYear() + 50)
  // RFC 9110 §5.6.7: the most recent past year with those digits, if the date appears to be over 50 years in the future.
  // Late in a century the digits of the next one are the nearer reading, so start there.
  for (const base of [century + 100, century, century - 100]) {
    const ms = toMs({ year: base + Number(match[3]), month: match[2]!, day: match[1]!, timeMs: timeOfDayMs(match, 4) })
    if (ms !== undefined && ms <= limit.getTime()) return ms
  }
  return undefined
}

/** Milliseconds since midnight, from the hours, minutes and seconds at `index` and after; undefined when there is no such time. */
function timeOfDayMs(match: RegExpExecArray, index: number): number | undefined {
  const hours = Number(match[index])
  const minutes = Number(match[index + 1])
  const seconds = Number(match[index + 2])
  // 60 is a leap second in the grammar.
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}

interface DateParts {
  readonly year: number
  readonly month: string
  readonly day: string
  readonly timeMs: number | undefined
}

function toMs({ year, month, day, timeMs }: DateParts): number | undefined {
  if (timeMs === undefined) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, monthNumbers.get(month.toLowerCase())!, Number(day))
  // 31 Feb becomes a day in March.
  return date.getUTCDate() === Number(day) ? date.getTime() + timeMs : undefined
}

import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** What can drive a terminal or turn the direction of its text; line feeds as well, one event is one line. */
const unsafeInTerminal = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const levelStyles: Readonly<Record<string, Style>> = {
  trace: 'gray',
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
}

/**
 * An event for a person at a terminal: `12:03:04 warn  origin is sick  origin=main status=503`.
 *
 * @param line the event as a line of JSON
 */
export function humanLine(line: string, colour: boolean): string {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const { time, level, msg, error, ...details } = JSON.parse(line) as Record<string, unknown>
  const levelName = String(level)
  const parts = [
    paint('gray', String(time).slice(11, 19)),
    paint(levelStyles[levelName] ?? 'white', levelName.padEnd(5)),
    safeText(String(msg ?? '')),
  ]
  const pairs = Object.entries(details).map(
    ([name, value]) => `${paint('gray', `${safeText(name)}=`)}${valueText(value)}`,
  )
  if (pairs.length > 0) parts.push('', pairs.join(' '))
  return `${parts.join(' ')}${error === undefined ? '' : errorText(error)}\n`
}

/** The chain of messages: `: Cannot connect: connect ECONNREFUSED 127.0.0.1:80`, and a stack on lines of its own. */
function errorText(error: unknown): string {
  let text = ''
  let stack: unknown
  for (let at: unknown = error; isObject(at); at = at.cause) {
    text += `: ${safeText(String(at.message))}`
    stack = at.stack ?? stack
  }
  if (typeof stack !== 'string') return text
  const frames = stack.split('\n').filter((frame) => /^\s+at /.test(frame))
  return [text, ...frames.map(safeText)].join('\n')
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return safeText(typeof value === 'string' && /[\s="]/.test(text) ? JSON.stringify(text) : text)
}

function safeText(text: string): string {
  return text.replace(unsafeInTerminal, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

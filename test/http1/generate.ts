import { latin1 } from './support.ts'

/** Numbers that only look random: the same seed gives the same messages (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** From 0 to `below` - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  many<T>(max: number, make: () => T): T[] {
    return Array.from({ length: this.below(max + 1) }, make)
  }
}

const METHODS = [
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PURGE',
  'QUERY',
  'BAN',
  'URIBAN',
  'get',
  'M-SEARCH',
  'CONNECT',
  'PRI',
  "x!#'*",
]
const TARGETS = [
  '/',
  '/p/a',
  '/a?b=c&d=%20',
  '*',
  'http://h/p',
  'HTTPS://h.example:8080?q',
  'h:80',
  '[::1]:443',
  '//a',
  '/"<>\\^`{|}',
  '/~!$&(),;=:@',
  'http://[::1]/',
]
const NAMES = [
  'Host',
  'X-A',
  'x-b',
  'Accept-Encoding',
  'Cookie',
  'Connection',
  'Upgrade',
  'Expect',
  'TE',
  'Trailer',
  'Content-Type',
  "!#$%&'*+-.^_`|~",
  'Keep-Alive',
  'Proxy-Connection',
  'Date',
]
const VALUES = [
  '',
  'h',
  'gzip, br',
  'a b\tc',
  'close',
  'keep-alive',
  'upgrade',
  'websocket',
  '100-continue',
  '"q\\"x"',
  '\x80\xff',
  'trailers',
  ':',
  ',,',
  '=;',
  'x'.repeat(100),
]
const FRAMINGS = [
  'Content-Length: 5',
  'Content-Length: 0',
  'Transfer-Encoding: chunked',
  'transfer-encoding:Chunked ',
  'Content-Length:\t3 ',
]
const ODD_FRAMINGS = [
  ...[
    'Content-Length: +5',
    'Content-Length: 5, 5',
    'Content-Length:',
    'Content-Length: 0x5',
    'Content-Length: 05',
    'Content-Length: 99999999999999999999',
  ],
  ...[
    'Transfer-Encoding: gzip',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: identity',
    'Transfer-Encoding: xchunked',
  ],
  ...[
    'Transfer-Encoding : chunked',
    'Transfer-Encoding\t: chunked',
    ' Transfer-Encoding: chunked',
    'Connection: Transfer-Encoding',
    'Connection: Content-Length, close',
  ],
]
const STATUS_LINES = [
  '200 OK',
  '200',
  '200 ',
  '204 No Content',
  '304 Not Modified',
  '404 Not  Found \t',
  '100 Continue',
  '103 Early Hints',
  '500 \xe9',
  '599 X',
  '101 Switching Protocols',
  '600 X',
  '099 X',
]
const INTERESTING = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\t',
  ' ',
  ':',
  ',',
  ';',
  '=',
  '"',
  '\\',
  '#',
  '0',
  '5',
  'x',
  '+',
  '-',
  '\x01',
  '\x7f',
  '\x80',
  '\xff',
  '\r\n ',
  '\r\n\r\n',
  'HTTP/1.1',
  'chunked',
]

export function someRequest(random: Random): Buffer {
  const line = `${random.of(METHODS)} ${random.of(TARGETS)} HTTP/1.${random.once(8) ? 0 : 1}`
  return latin1(random.of(['', '', '', '\r\n', '\r\n\r\n']) + line + '\r\n' + restOfMessage(random))
}

export function someResponse(random: Random): Buffer {
  return latin1(`HTTP/1.${random.once(8) ? 0 : 1} ${random.of(STATUS_LINES)}\r\n${restOfMessage(random)}`)
}

/** The bytes with up to `max` of them, or of their parts, spoilt. */
export function mutated(random: Random, bytes: Buffer, max: number): Buffer {
  let text = bytes.toString('latin1')
  for (const mutate of random.many(max, () => random.of(MUTATIONS))) text = mutate(random, text)
  return latin1(text)
}

type Mutation = (random: Random, text: string) => string

const MUTATIONS: readonly Mutation[] = [
  // A flipped bit
  (random, text) =>
    spliced(text, random.below(text.length + 1), 1, (old) =>
      String.fromCharCode((old.charCodeAt(0) ^ (1 << random.below(8))) & 0xff),
    ),
  // Something put in, or put in place of a byte
  (random, text) => spliced(text, random.below(text.length + 1), 0, () => random.of(INTERESTING)),
  (random, text) => spliced(text, random.below(text.length + 1), 1, () => random.of(INTERESTING)),
  // A byte or two taken out
  (random, text) => spliced(text, random.below(text.length + 1), 1 + random.below(2), () => ''),
  // A part repeated
  (random, text) => spliced(text, random.below(text.length + 1), random.below(20), (old) => old + old),
  // Another field of the framing at the begin of some line
  (random, text) => {
    const lineStarts = [...text.matchAll(/\n/g)].map((match) => match.index + 1)
    return lineStarts.length === 0
      ? text
      : spliced(text, random.of(lineStarts), 0, () => `${random.of([...FRAMINGS, ...ODD_FRAMINGS])}\r\n`)
  },
  // Line ends of the other kind
  (random, text) => text.replace(/\r\n/g, (end) => (random.once(4) ? random.of(['\n', '\r', '\r\r\n', '\n\r']) : end)),
  // Cut
  (random, text) => text.slice(0, random.below(text.length + 1)),
]

function spliced(text: string, at: number, length: number, replace: (old: string) => string): string {
  return text.slice(0, at) + replace(text.slice(at, at + length)) + text.slice(at + length)
}

function restOfMessage(random: Random): string {
  const lines = random.many(
    6,
    () => `${random.of(NAMES)}:${random.of(['', ' ', '\t '])}${random.of(VALUES)}${random.of(['', '', ' '])}`,
  )
  if (random.once(40)) lines.push(...Array.from({ length: 40 }, (_, i) => `X-${i}: ${i}`))
  if (!random.once(3))
    lines.splice(random.below(lines.length + 1), 0, random.of(random.once(6) ? ODD_FRAMINGS : FRAMINGS))
  const isChunked = lines.some((line) => /chunked/i.test(line))
  return (
    [...lines, '', ''].join('\r\n') +
    (isChunked ? someChunks(random) : 'hello') +
    random.of(['', 'GET / HTTP/1.1\r\n\r\n'])
  )
}

function someChunks(random: Random): string {
  const extensions = ['', '', '', ';a', ';a=b', ';a="b;\\"\t\x80"', ';a="";b', ' ;a', ';', ';a=', ';a="x"y']
  const chunks = random.many(4, () => {
    const data = random.of(['x', 'hello', '0\r\n\r\n', 'y'.repeat(70), 'z'.repeat(300)])
    const size = data.length.toString(16)
    return `${random.of([size, size, size.toUpperCase(), `00${size}`])}${random.of(extensions)}\r\n${data}\r\n`
  })
  const trailers = random.many(2, () => `${random.of(NAMES)}: ${random.of(VALUES)}\r\n`)
  return `${chunks.join('')}0${random.of(extensions)}\r\n${trailers.join('')}\r\n`
}

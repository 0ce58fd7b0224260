import { isIP } from 'node:net'
import { FormatError, isHostName } from '../units.ts'
import { scalar, textOf } from './value-types.ts'

/** What a hash is made of. */
export type HashedBy =
  | { readonly kind: 'url' }
  | { readonly kind: 'address' }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }

const hashedByExpected = 'url, address, header:NAME or cookie:NAME'

export const hashedBy = scalar<HashedBy>({
  expected: hashedByExpected,
  json: { type: 'string', pattern: '^(url|address|(header|cookie):\\S+)$' },
  parse(value) {
    const text = textOf(value, hashedByExpected)
    if (text === 'url' || text === 'address') return { kind: text }
    const [, kind, name = ''] = /^(header|cookie):([!#$%&'*+.^_`|~0-9A-Za-z-]+)$/.exec(text) ?? []
    if (kind === 'header') return { kind, name: name.toLowerCase() }
    if (kind === 'cookie') return { kind, name }
    throw new FormatError(text, hashedByExpected)
  },
})

const hostExpected = 'a host such as www.example.com, with a port where it needs one'

export const hostToSend = scalar<string>({
  expected: hostExpected,
  json: { type: 'string' },
  parse(value) {
    const text = textOf(value, hostExpected)
    const host = text.replace(/:\d{1,5}$/, '')
    if (isHostName(host) || isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) return text
    throw new FormatError(text, hostExpected)
  },
})

const pathExpected = 'a path such as /health'

export const probePath = scalar<string>({
  expected: pathExpected,
  json: { type: 'string', pattern: '^/[!-~]*$' },
  parse(value) {
    const text = textOf(value, pathExpected)
    if (/^\/[!-"$-~]*$/.test(text)) return text
    throw new FormatError(text, pathExpected, /^[\w.-]+$/.test(text) ? `/${text}` : undefined)
  },
})

export const bodyText = scalar<string>({
  expected: 'a text',
  json: { type: 'string', minLength: 1 },
  parse(value) {
    const text = textOf(value, 'a text')
    if (text !== '') return text
    throw new FormatError(text, 'a text of at least one character')
  },
})

const agentWordExpected = 'a word of a User-Agent such as bot, of 2 to 64 characters'

export const agentWord = scalar<string>({
  expected: agentWordExpected,
  json: { type: 'string', minLength: 2, maxLength: 64 },
  parse(value) {
    const text = textOf(value, agentWordExpected)
    if (/^[ -~]{2,64}$/.test(text) && text.trim() === text) return text
    throw new FormatError(text, agentWordExpected)
  },
})

const secretExpected = 'a text of at least 16 characters'

export const secretText = scalar<string>({
  expected: secretExpected,
  json: { type: 'string', minLength: 16 },
  parse(value) {
    const text = textOf(value, secretExpected)
    if (text.length >= 16) return text
    throw new FormatError(text, secretExpected)
  },
})

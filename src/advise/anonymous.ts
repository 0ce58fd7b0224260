import { hash } from 'node:crypto'
import { allValues, type RawFields } from '../http/fields.ts'

/** What is longer than a name is a value that stands where a name should. */
const NAME_LENGTH_MAX = 40
const PARAMETERS_MAX = 32
const COOKIES_MAX = 32
/** 48 bits: two values of one site are hardly ever taken for one. */
const DIGITS = 8

/** A cookie that was taken back (`name=deleted`) is as good as absent. */
const NO_VALUES: ReadonlySet<string> = new Set(['', '0', '""', 'deleted'])

/**
 * Path and query with a keyed hash in the place of each value: `/a?page=2` → `/a?page=x1Gq_0-Z`. Equal values stay equal as long
 * as the salt is the same, and whoever does not have it can guess none of them.
 */
export function withoutValues(target: string, salt: string): string {
  const start = target.indexOf('?')
  if (start === -1) return target
  const parameters = target
    .slice(start + 1)
    .split('&', PARAMETERS_MAX)
    .map((parameter) => parameterWithoutValue(parameter, salt))
  return `${target.slice(0, start)}?${parameters.join('&')}`
}

function parameterWithoutValue(parameter: string, salt: string): string {
  const equals = parameter.indexOf('=')
  const name = equals === -1 ? parameter : parameter.slice(0, equals)
  const shown = name.length > NAME_LENGTH_MAX ? hashed(name, salt) : name
  if (equals === -1) return shown
  const value = parameter.slice(equals + 1)
  return value === '' ? `${shown}=` : `${shown}=${hashed(value, salt)}`
}

function hashed(text: string, salt: string): string {
  return hash('sha256', `${salt}:${text}`, 'base64url').slice(0, DIGITS)
}

/** Names of the cookies that a request has; never their values. */
export function cookieNames(fields: RawFields): string[] {
  const names: string[] = []
  for (const cookie of allValues(fields, 'cookie').flatMap((value) => value.split(';', COOKIES_MAX))) {
    const equals = cookie.indexOf('=')
    // A cookie without a name is nothing but a value.
    if (equals === -1 || NO_VALUES.has(cookie.slice(equals + 1).trim())) continue
    const name = cookie.slice(0, equals).trim()
    if (/^[!#$%&'*+.^`|~\w-]+$/.test(name) && name.length <= NAME_LENGTH_MAX * 2) names.push(name)
  }
  return names.slice(0, COOKIES_MAX)
}

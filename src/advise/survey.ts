import { compileGlobs } from '../policy/glob.ts'
import type { LoggedRequest } from './log-line.ts'

/** What was seen of one query parameter or cookie. */
export interface NameSeen {
  readonly name: string
  readonly requests: number
  /** Different values, as far as they were counted (`DISTINCT_MAX`). */
  readonly distinct: number
  /** Known to mean nothing to a server. */
  readonly isKnownNoise: boolean
  /** Of pages seen with and without it: how many had the same size, and how many were compared. Parameters only. */
  readonly sameSize: number
  readonly compared: number
  /** A target that has it. */
  readonly example: string
}

export interface Survey {
  readonly parameters: readonly NameSeen[]
  readonly cookies: readonly NameSeen[]
  /** Presets that fit the addresses, most specific first. */
  readonly presets: readonly string[]
  readonly hasCookies: boolean
}

interface Counting {
  requests: number
  readonly values: Set<string>
  sameSize: number
  compared: number
  readonly example: string
}

const NAMES_MAX = 2_000
const DISTINCT_MAX = 2_000
const SIZES_MAX = 50_000
/** Of one request; more are nobody's but who tries what happens, and each is compared with all others. */
const PARAMETERS_MAX = 64
/** Of the addresses that tell a system, this many have to be there. */
const SIGNS_MIN = 3

/** Addresses that only one system has. The more specific come first. */
const signs: readonly (readonly [preset: string, pattern: RegExp])[] = [
  ['woocommerce', /^\/wp-content\/plugins\/woocommerce|[?&](wc-ajax|add-to-cart)=/],
  ['wordpress', /^(\/[\w-]+)?\/(wp-content|wp-includes|wp-admin|wp-json)\//],
  ['mediawiki', /\/load\.php\?|^[^?]*\/index\.php\?(.*&)?title=|^\/w\/(skins|extensions|resources)\//],
  ['drupal', /^\/(sites\/(default|all)\/|core\/(misc|themes|modules)\/)/],
  ['magento2', /^\/(static\/version\d+|pub\/static|customer\/section\/load)/],
  ['shopware6', /^\/(bundles\/storefront|store-api|widgets\/checkout)/],
  ['joomla', /^\/(media\/(jui|vendor\/joomla|com_|system\/js)|administrator\/|component\/)/],
  ['typo3', /^\/(typo3temp|typo3conf|typo3|_assets\/[0-9a-f]{32})\//],
]

/** Looks at the requests of a log for what a configuration should say about them; bounded in memory. */
export class Surveyor {
  readonly #isNoiseParameter
  readonly #isNoiseCookie
  readonly #parameters = new Map<string, Counting>()
  readonly #cookies = new Map<string, Counting>()
  /** Size of the page at an authority and target, `-1` where it is not always the same. */
  readonly #sizes = new Map<string, number>()
  readonly #signs = new Map<string, number>()

  /** @param noise patterns of names that are known, as the preset `generic` has them */
  constructor(noise: { readonly parameters: readonly string[]; readonly cookies: readonly string[] }) {
    this.#isNoiseParameter = compileGlobs(noise.parameters) ?? (() => false)
    this.#isNoiseCookie = compileGlobs(noise.cookies) ?? (() => false)
  }

  add({ authority, target, cookie, status, bytes }: LoggedRequest): void {
    const sign = signs.find(([, pattern]) => pattern.test(target))?.[0]
    if (sign !== undefined) this.#signs.set(sign, (this.#signs.get(sign) ?? 0) + 1)
    const start = target.indexOf('?')
    const size = status === 200 && bytes > 0 ? bytes : undefined
    if (start === -1) this.#noteSize(authority + target, size)
    else this.#addParameters(authority, target, size)
    for (const piece of cookie?.split(';') ?? []) {
      const [name = '', value = ''] = piece.trim().split('=', 2)
      if (name !== '') this.#count(this.#cookies, name, value, target)
    }
  }

  survey(): Survey {
    const seen = (counted: Map<string, Counting>, isKnownNoise: (name: string) => boolean): NameSeen[] =>
      [...counted]
        .map(([name, { requests, values, sameSize, compared, example }]) => {
          return {
            name,
            requests,
            distinct: values.size,
            isKnownNoise: isKnownNoise(name),
            sameSize,
            compared,
            example,
          }
        })
        .sort((a, b) => b.requests - a.requests)
    const isPreset = ([name]: (typeof signs)[number]): boolean => (this.#signs.get(name) ?? 0) >= SIGNS_MIN
    return {
      parameters: seen(this.#parameters, this.#isNoiseParameter),
      cookies: seen(this.#cookies, this.#isNoiseCookie),
      presets: signs.filter(isPreset).map(([name]) => name),
      hasCookies: this.#cookies.size > 0,
    }
  }

  #addParameters(authority: string, target: string, size: number | undefined): void {
    const start = target.indexOf('?')
    const path = authority + target.slice(0, start)
    const parameters = target.slice(start + 1).split('&', PARAMETERS_MAX)
    for (const [index, parameter] of parameters.entries()) {
      const equals = parameter.indexOf('=')
      const [name, value] = equals === -1 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1)]
      const counting = name === '' ? undefined : this.#count(this.#parameters, name, value, target)
      if (counting === undefined || size === undefined) continue
      const others = parameters.filter((_, other) => other !== index).join('&')
      const without = this.#sizes.get(others === '' ? path : `${path}?${others}`)
      if (without === undefined || without < 0) continue
      counting.compared++
      if (without === size) counting.sameSize++
    }
    this.#noteSize(authority + target, size)
  }

  #count(counted: Map<string, Counting>, name: string, value: string, example: string): Counting | undefined {
    let counting = counted.get(name)
    if (counting === undefined) {
      if (counted.size >= NAMES_MAX) return undefined
      counting = { requests: 0, values: new Set(), sameSize: 0, compared: 0, example }
      counted.set(name, counting)
    }
    counting.requests++
    if (counting.values.size < DISTINCT_MAX) counting.values.add(value.slice(0, 64))
    return counting
  }

  #noteSize(target: string, size: number | undefined): void {
    if (size === undefined) return
    const before = this.#sizes.get(target)
    if (before === undefined && this.#sizes.size >= SIZES_MAX) return
    if (before === undefined) this.#sizes.set(target, size)
    else if (before !== size) this.#sizes.set(target, -1)
  }
}

/** Pages of the same size may still be different visitors' pages; these names are never called noise. */
const mayNameSomebody = /sess|sid|token|auth|key|sig|code|user|login|pass|nonce|hash|cart|order|account|mail|secret/i

/** Many values, hardly one twice, and the page stays the same wherever that can be told. */
export function looksLikeNoise({ name, isKnownNoise, requests, distinct, sameSize, compared }: NameSeen): boolean {
  if (isKnownNoise) return true
  if (mayNameSomebody.test(name)) return false
  if (requests < 20 || distinct < Math.min(requests, DISTINCT_MAX) * 0.5) return false
  return compared >= 5 && sameSize >= compared * 0.95
}

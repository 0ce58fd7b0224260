import type { Scheme } from './authority.ts'
import { type Refusal, refuse } from './refusal.ts'

/** A request target taken apart by its form (RFC 9112 §3.2). `target` begins with `/`, or is `*`. */
export type RequestTarget =
  | { readonly kind: 'origin-form'; readonly target: string }
  | { readonly kind: 'absolute-form'; readonly scheme: Scheme; readonly authority: string; readonly target: string }

/** Visible ASCII without `#`, which begins what a client must not send. */
const TARGET = /^[\x21\x22\x24-\x7e]+$/
const ABSOLUTE = /^(https?):\/\/([^/?]*)(.*)$/i

/**
 * Takes a request target apart without decoding or changing what is forwarded: path and query stay byte for byte.
 * The authority is as it was sent.
 */
export function parseRequestTarget(target: string, method: string, bytesMax: number): RequestTarget | Refusal {
  if (target.length > bytesMax) return refuse(414, 'target-too-long', 'The request target is too long')
  if (!TARGET.test(target)) return refuse(400, 'bad-target', 'The request target has a byte that is not allowed')
  if (target.startsWith('/')) return { kind: 'origin-form', target }
  if (target === '*') {
    if (method === 'OPTIONS') return { kind: 'origin-form', target }
    return refuse(400, 'bad-target-form', 'The target "*" is for OPTIONS only')
  }
  const match = ABSOLUTE.exec(target)
  if (match === null) return refuse(400, 'bad-target-form', 'The request target has no form that is served')
  return {
    kind: 'absolute-form',
    scheme: match[1]!.toLowerCase() as Scheme,
    authority: match[2]!,
    target: originForm(match[3]!, method),
  }
}

/** RFC 9112 §3.2.1: an empty path is `/`; §3.2.4: of OPTIONS without path and query, `*`. */
function originForm(pathAndQuery: string, method: string): string {
  if (pathAndQuery === '' && method === 'OPTIONS') return '*'
  return pathAndQuery.startsWith('/') ? pathAndQuery : `/${pathAndQuery}`
}

import type { WhatToPurge } from '../orders.ts'

/** A literal part of an expression: everything but what has a meaning there. A dot alone is taken for a dot. */
const LITERAL = /^(?:[^\\^$*+?()[\]{}|]|\\[^A-Za-z0-9])*$/

/** What senders put around a tag so that `cat_1` does not match `cat_10`. */
const BOUNDARIES = /\(\^\|(?:,|\\s|\[ ,\]|\[\\s,\])\)|\((?:,|\\s|\[ ,\]|\[\\s,\])\|\$\)|\(,\.\+\)\?\$/g

/**
 * The tags that an expression of a known sender means: `((^|,)cat_p_1(,|$))|((^|,)cat_p_2(,|$))` of Magento, `(^|,)(a|b)(,|$)` of
 * FOSHttpCache, `node:1|node:2` of Drupal.
 *
 * @returns undefined when it is more than a list of tags
 */
export function tagsInExpression(expression: string): readonly string[] | undefined {
  const tags = alternatives(expression.replace(BOUNDARIES, ''))
  return tags?.every((tag) => tag !== '' && !/[\s,]/.test(tag)) ? [...new Set(tags)] : undefined
}

function alternatives(expression: string): string[] | undefined {
  const found: string[] = []
  for (const part of splitAtTop(expression)) {
    const isGroup = part.startsWith('(') && part.endsWith(')')
    const inner = isGroup ? alternatives(part.slice(1, -1)) : LITERAL.test(part) ? [unescaped(part)] : undefined
    if (inner === undefined) return undefined
    found.push(...inner)
  }
  return found
}

/** Split at each `|` that stands in no group. */
function splitAtTop(expression: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < expression.length; i++) {
    const character = expression[i]
    if (character === '\\') i++
    else if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === '|' && depth === 0) {
      parts.push(expression.slice(start, i))
      start = i + 1
    }
  }
  parts.push(expression.slice(start))
  return parts
}

function unescaped(literal: string): string {
  return literal.replace(/\\(.)/g, '$1')
}

/** An expression for the URLs of one site; most mean everything below a path, which needs no expression. */
export function urlExpression(authority: string, expression: string): WhatToPurge {
  const [, start = ''] = /^\^?(\/.*?)(?:\.\*)?\$?$/s.exec(expression) ?? []
  const isOpen = /\.\*\$?$/.test(expression) || expression === '/'
  if (start !== '' && isOpen && LITERAL.test(start)) return { scope: 'prefix', prefix: authority + unescaped(start) }
  // A path stands at the start of a URL, whether the sender says so or not.
  const url = expression.startsWith('/') ? `^${expression}` : expression
  return { scope: 'pattern', pattern: { host: exactly(authority), url } }
}

/** An expression for this text and no other. */
export function exactly(text: string): string {
  return `^${escapedExpression(text)}$`
}

export function escapedExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** `.*` and its kin are no condition. */
export function isAnything(expression: string): boolean {
  return /^\^?(\.\*)?\$?$/.test(expression)
}

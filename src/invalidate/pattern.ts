import { RE2JS } from 're2js'

/** Conditions on a stored response, of which all must be met. Each is a regular expression, found anywhere unless anchored. */
export interface Pattern {
  /** Of the host, with and without its port. */
  readonly host?: string
  /** Of path and query. */
  readonly url?: string
  /** Of `Content-Type`. */
  readonly type?: string
  /** Of all tags, joined by commas. */
  readonly tags?: string
}

export const CONDITIONS = ['host', 'url', 'type', 'tags'] as const

/** A condition that can be asked. */
export type Condition = (text: string) => boolean

const LENGTH_MAX = 2_048
/** `(a{1000}){1000}` is refused by RE2 itself; many of them in a row are long to compile. */
const REPETITIONS_MAX = 1_000

/**
 * Compiles a regular expression in RE2's syntax, which takes time linear in the text, whatever it says.
 *
 * @throws Error that says what is wrong with it
 */
export function compileExpression(expression: string): Condition {
  if (expression.length > LENGTH_MAX) {
    throw new Error(`a pattern of ${expression.length} characters is too long, ${LENGTH_MAX} are allowed`)
  }
  let repetitions = 0
  for (const [, least = '', most = ''] of expression.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    repetitions += Math.max(Number(least), Number(most))
  }
  if (repetitions > REPETITIONS_MAX) {
    throw new Error(`a pattern with ${repetitions} counted repetitions is too large, ${REPETITIONS_MAX} are allowed`)
  }
  const compiled = RE2JS.compile(expression)
  return (text) => compiled.test(text)
}

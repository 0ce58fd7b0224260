/** The grammar that Cache-Control has in requests and responses (RFC 9111 §5.2), and its durations (§1.2.2). */

/** One directive as written: lower-case name; `argument` is null when it has one that is not to the grammar. */
export interface Directive {
  readonly name: string
  readonly argument: string | null | undefined
}

/** Where delta-seconds end (RFC 9111 §1.2.2): what is larger counts as this much. */
const deltaSecondsMax = 2 ** 31

/** Reads delta-seconds (RFC 9111 §1.2.2): digits only, clamped; undefined for anything else. */
export function deltaSeconds(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || !/^\d+$/.test(text)) return undefined
  return Math.min(Number(text), deltaSecondsMax)
}

const directive = /^([^\s=";]+)(?:(\s*)=(\s*)(?:"((?:[^"\\]|\\.)*)"|([^\s"',;=]+)))?$/

/** Splits a `Cache-Control` value (RFC 9111 §5.2): both token and quoted-string arguments are accepted for every directive. */
export function splitDirectives(text: string): Directive[] {
  const directives: Directive[] = []
  let start = 0
  let closable = true
  for (let at = 0; at <= text.length; at++) {
    const character = text[at]
    if (character === '"' && closable) {
      const end = quotedEnd(text, at)
      // A quote that is never closed opens nothing: what follows it must not go unread, it may be `no-store`.
      if (end === undefined) closable = false
      else at = end
    } else if (character === ',' || character === undefined) {
      const member = text.slice(start, at).trim()
      if (member !== '') directives.push(readDirective(member))
      start = at + 1
    }
  }
  return directives
}

/** Where the quoted string that starts at `start` has its closing quote. */
function quotedEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return undefined
}

function readDirective(member: string): Directive {
  const match = directive.exec(member)
  // Its name is still worth knowing: `no-store;` must not be less than `no-store`.
  if (match === null) return { name: (/^[^\s=";]+/.exec(member)?.[0] ?? '').toLowerCase(), argument: null }
  const name = match[1]!.toLowerCase()
  const spaced = (match[2] ?? '') !== '' || (match[3] ?? '') !== ''
  const quoted = match[4]?.replace(/\\(.)/gs, '$1')
  return { name, argument: spaced ? null : (quoted ?? match[5]) }
}

/** One element of a Forwarded field: what one proxy said of the request it received. */
export interface ForwardedElement {
  readonly for: string | undefined
  readonly proto: string | undefined
}

const PAIR = /[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[^"\\]|\\.)*")[ \t]*/y

/**
 * Reads the combined value of Forwarded (RFC 7239 §4).
 *
 * @returns its elements in order, or undefined when the value is malformed: then nothing in it is to be believed,
 *   because where an element begins is no longer known
 */
export function parseForwarded(value: string): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = []
  let pairs = new Map<string, string>()
  let at = 0
  const endElement = (): void => {
    if (pairs.size > 0) elements.push({ for: pairs.get('for'), proto: pairs.get('proto') })
    pairs = new Map()
  }
  while (at < value.length) {
    const character = value[at]!
    if (character === ',') endElement()
    if (character === ',' || character === ';' || character === ' ' || character === '\t') {
      at++
      continue
    }
    PAIR.lastIndex = at
    const match = PAIR.exec(value)
    if (match === null) return undefined
    const name = match[1]!.toLowerCase()
    const next = value[PAIR.lastIndex]
    if (pairs.has(name) || (next !== undefined && next !== ',' && next !== ';')) return undefined
    pairs.set(name, unquote(match[2]!))
    at = PAIR.lastIndex
  }
  endElement()
  return elements
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value
}

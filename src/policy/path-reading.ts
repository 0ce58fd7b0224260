/** `.` and `/` and `\` matter only after one of these; most paths have none of them. */
const couldBeReadDifferently = /[%;\\]|\/[./]/

/**
 * The path as an origin could read it that decodes, resolves and cuts all it can, or the path itself when there is nothing
 * to read differently. `/static/..%2faccount` → `/account`; `/account%3fx.css` → `/account`.
 *
 * Web servers differ in what they do with escapes, dot segments, repeated slashes, backslashes and `;`, and web cache
 * deception lives off that. Rules are matched against the path as it is forwarded and against this reading of it.
 *
 * @param path the target's path, without query
 */
export function mostWillingReading(path: string): string {
  if (!couldBeReadDifferently.test(path)) return path
  // Twice, for an origin behind another server that decoded once already. Not until nothing changes: a path of many `%25`
  // would make that quadratic.
  const decoded = decode(decode(path)).replaceAll('\\', '/')
  const [cut = ''] = decoded.split(/[?#\x00-\x1f]/, 1) // an origin may end the path where it decodes one of these
  const segments: string[] = []
  for (const withParameters of cut.split('/')) {
    const segment = withoutParameters(withParameters)
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const isFolder = /\/(\.{0,2})(;[^/]*)?$/.test(cut)
  return `/${segments.join('/')}${isFolder && segments.length > 0 ? '/' : ''}`
}

function withoutParameters(segment: string): string {
  const semicolon = segment.indexOf(';')
  return semicolon === -1 ? segment : segment.slice(0, semicolon)
}

/** Every `%xx` to the character with that number: bytes, not UTF-8, as the rest of the target is bytes. */
function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** The pattern in the alphabet of targets: what is not ASCII as escaped UTF-8. */
export function escapedPattern(pattern: string): string {
  return pattern.replace(/[^\x00-\x7f]+/g, (text) => encodeURIComponent(text.toWellFormed()))
}

/** The pattern in the alphabet of `mostWillingReading`. */
export function decodedPattern(pattern: string): string {
  return decode(escapedPattern(pattern))
}

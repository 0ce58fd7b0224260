import { compileGlobs, type Matcher } from './glob.ts'

/**
 * Compiles host patterns for a request's authority. A pattern with a port is matched against host and port, one without
 * against the host alone.
 *
 * @returns undefined for no patterns
 */
export function compileHosts(patterns: readonly string[]): Matcher | undefined {
  const withPort = compileGlobs(patterns.filter(hasPort))
  const withoutPort = compileGlobs(patterns.filter((pattern) => !hasPort(pattern)))
  if (withPort === undefined && withoutPort === undefined) return undefined
  return (authority) => withoutPort?.(hostOf(authority)) === true || withPort?.(authority) === true
}

function hasPort(pattern: string): boolean {
  return hostOf(pattern) !== pattern
}

/** Without the port; the brackets of an IPv6 address stay. */
function hostOf(authority: string): string {
  const colon = authority.lastIndexOf(':')
  return colon === -1 || authority.endsWith(']') ? authority : authority.slice(0, colon)
}

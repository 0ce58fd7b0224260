/** Members whose value is a secret, whatever they are in: `token`, `stickySecret`. */
const SECRET = /(?:token|secret|password)$/i
const USER_INFORMATION = /\/\/[^/@\s]*@/g

/**
 * A configuration to be shown. Left out are tokens, secrets and passwords, those in URLs too, and what the origin is sent in
 * fields, which may be what it recognises this proxy by.
 */
export function withoutSecrets(value: unknown, path: readonly string[] = []): unknown {
  if (typeof value === 'string') return value.replace(USER_INFORMATION, '//[redacted]@')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, path))
  const isSentFields = path.at(-1) === 'set' && path.at(-2) === 'request'
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSentFields || (SECRET.test(name) && inner !== undefined)
        ? '[redacted]'
        : withoutSecrets(inner, [...path, name]),
    ]),
  )
}

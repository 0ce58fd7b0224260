/**
 * Secrets taken out of a log line in JSON, at any depth: the values of members and of raw field pairs with these names.
 *
 * On the finished line instead of pino's `redact`, whose paths have a fixed depth and do not know field sections,
 * which are flat arrays of name and value here. Inside valid JSON a quoted name cannot be part of another string.
 */
export function redact(line: string): string {
  return line
    .replace(secretMembers, '$1"[redacted]"')
    .replace(secretFieldLines, '$1[redacted]')
    .replace(credentials, '$1 [redacted]')
    .replace(userInformation, '//[redacted]@')
}

const secretMembers =
  /("(?:cookie|set-cookie|authorization|proxy-authorization|x-purge-token|token|adminToken|password|secret)"\s*[:,]\s*)(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\})/gi

/** `Cookie: a=b` within a text, as an error message may quote it; up to the end of the line quoted or of the string. */
const secretFieldLines = /\b((?:set-cookie|cookie|proxy-authorization|authorization):[ \t]*)(?:(?!\\r|\\n)[^"])+/gi

/** A digit, capital or `=` in it tells a credential from a word: `Basic authentication` stays. */
const credentials = /\b([Bb]earer|[Bb]asic)\s+(?=[\w.~+/-]*[0-9A-Z=])[\w.~+/=-]{4,}/g

/** `redis://user:password@host` */
const userInformation = /\/\/[^/@\s"]*@/g

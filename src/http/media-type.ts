/** The type and subtype of a `Content-Type` value, lower case, without parameters (RFC 9110 §8.3.1). */
export function mediaTypeOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const end = value.indexOf(';')
  const type = (end < 0 ? value : value.slice(0, end)).trim().toLowerCase()
  return /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/.test(type) ? type : undefined
}

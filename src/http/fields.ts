/**
 * A field section as it was received: name, value, name, value, … in order, duplicates and case kept.
 * Values are latin1 strings, one character a byte, without surrounding white space (RFC 9110 §5.5).
 * One flat array, because that is what both lanes read and write without building an object for each field.
 */
export type RawFields = readonly string[]

const lowerNames = new Map<string, string>()

/** Lower case of a field name. Names repeat endlessly, so the common ones are remembered. */
export function lowerName(name: string): string {
  const known = lowerNames.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  if (lowerNames.size < 512) lowerNames.set(name, lower)
  return lower
}

/** The first value of the field, or undefined. `name` is lower case. */
export function firstValue(fields: RawFields, name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    if (isNamed(fields[i]!, name)) return fields[i + 1]
  }
  return undefined
}

/** Every value of the field in order. `name` is lower case. */
export function allValues(fields: RawFields, name: string): readonly string[] {
  let values: string[] | undefined
  for (let i = 0; i < fields.length; i += 2) {
    if (!isNamed(fields[i]!, name)) continue
    values ??= []
    values.push(fields[i + 1]!)
  }
  return values ?? NOTHING
}

/** The field's combined value (RFC 9110 §5.2: values joined by comma), or undefined when absent. */
export function combinedValue(fields: RawFields, name: string): string | undefined {
  let combined: string | undefined
  for (let i = 0; i < fields.length; i += 2) {
    if (isNamed(fields[i]!, name)) combined = combined === undefined ? fields[i + 1]! : `${combined}, ${fields[i + 1]}`
  }
  return combined
}

export function hasField(fields: RawFields, name: string): boolean {
  return firstValue(fields, name) !== undefined
}

/** The fields whose lower-case name `keep` accepts, order and duplicates kept. */
export function filterFields(fields: RawFields, keep: (lowerCaseName: string) => boolean): string[] {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    if (keep(lowerName(fields[i]!))) kept.push(fields[i]!, fields[i + 1]!)
  }
  return kept
}

export function withoutField(fields: RawFields, name: string): string[] {
  return filterFields(fields, (lower) => lower !== name)
}

/** Removes every field of that name and appends the one given; `name` keeps its case on the wire. */
export function withField(fields: RawFields, name: string, value: string): string[] {
  const result = withoutField(fields, lowerName(name))
  result.push(name, value)
  return result
}

/** Members of a comma-separated list over all of a field's values (RFC 9110 §5.6.1), white space and empties dropped. */
export function listMembers(fields: RawFields, name: string): readonly string[] {
  let members: string[] | undefined
  for (let i = 0; i < fields.length; i += 2) {
    if (!isNamed(fields[i]!, name)) continue
    members ??= []
    for (const part of fields[i + 1]!.split(',')) {
      const member = part.trim()
      if (member !== '') members.push(member)
    }
  }
  return members ?? NOTHING
}

/** What most messages have of most lists. */
const NOTHING: readonly string[] = []

function isNamed(fieldName: string, lowerCaseName: string): boolean {
  return (
    fieldName.length === lowerCaseName.length && (fieldName === lowerCaseName || lowerName(fieldName) === lowerCaseName)
  )
}

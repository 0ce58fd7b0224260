import { allValues, combinedValue, type RawFields } from '../http/fields.ts'

/** The value of a field by its lower-case name, undefined without it; several are joined, cookies by `;`, others by `, `. */
export type FieldReader = (name: string) => string | undefined

export function readerOf(fields: RawFields): FieldReader {
  return (name) => (name === 'cookie' ? cookieValue(fields) : combinedValue(fields, name))
}

function cookieValue(fields: RawFields): string | undefined {
  const values = allValues(fields, 'cookie')
  return values.length <= 1 ? values[0] : values.join(';')
}

import type { RawFields } from '../http/fields.ts'

export function allowedTrailers(_fields: RawFields): RawFields {
  throw new Error('Not written yet')
}

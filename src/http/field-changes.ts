import { filterFields, lowerName, type RawFields } from './fields.ts'

/** Field changes of a rule, applied in order: remove, then set. Names in `remove` are lower case. */
export interface FieldChanges {
  readonly remove: readonly string[]
  readonly set: readonly (readonly [name: string, value: string])[]
}

export function changesNothing({ remove, set }: FieldChanges): boolean {
  return remove.length === 0 && set.length === 0
}

/** The fields without those that are removed or set, then those that are set. */
export function changedFields(fields: RawFields, changes: FieldChanges): RawFields {
  if (changesNothing(changes)) return fields
  const gone = new Set(changes.remove)
  for (const [name] of changes.set) gone.add(lowerName(name))
  return [...filterFields(fields, (name) => !gone.has(name)), ...changes.set.flat()]
}

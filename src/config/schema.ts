import { z } from 'zod'
import { type Declaration, type Members, type ParsedMembers, withShorthand } from './declare.ts'
import { options, type ParsedOptions } from './options.ts'

/** Reads what a file says into values with units, defaults filled in; strict about every name. */
export const configSchema: z.ZodType<ParsedOptions> = membersSchema(options)

function membersSchema<M extends Members>(members: M): z.ZodType<ParsedMembers<M>> {
  const shape = Object.entries(members).map(([name, member]) => [name, schemaOf(member)] as const)
  // Each member's schema yields what its declaration says, so the object yields what theirs say together.
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<ParsedMembers<M>>
}

function schemaOf(member: Declaration): z.ZodType {
  switch (member.kind) {
    case 'group':
      return itemSchema(member.members, member.shorthand).prefault({})
    case 'list':
      return z.array(itemSchema(member.members, member.shorthand)).prefault([])
    case 'option':
      if (member.required) return member.type.schema
      return member.default === undefined ? member.type.schema.optional() : member.type.schema.prefault(member.default)
  }
}

function itemSchema(members: Members, shorthand: string | undefined): z.ZodType {
  if (shorthand === undefined) return membersSchema(members)
  return z
    .unknown()
    .transform((value) => withShorthand(shorthand, value))
    .pipe(membersSchema(members))
}

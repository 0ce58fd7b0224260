import type { Declaration, Members } from './declare.ts'
import { options } from './options.ts'
import type { JsonSchema } from './value-types.ts'

/** `config/schema.json`: the options as a JSON Schema, with which editors complete, explain and check while one types. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Breakwater configuration',
    ...objectSchema(options),
  }
}

function objectSchema(members: Members): JsonSchema {
  const entries = Object.entries(members)
  const required = entries.filter(([, member]) => member.kind === 'option' && member.required).map(([name]) => name)
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(entries.map(([name, member]) => [name, memberSchema(member)])),
  }
}

function memberSchema(member: Declaration): JsonSchema {
  const description = member.summary
  switch (member.kind) {
    case 'group': {
      const map = objectSchema(member.members)
      return {
        description,
        ...(member.shorthand === undefined ? map : { anyOf: [plainSchema(member.members[member.shorthand]), map] }),
      }
    }
    case 'list': {
      const item = objectSchema(member.members)
      const items = member.shorthand === undefined ? item : { anyOf: [{ type: 'string' }, item] }
      return { description, type: 'array', items }
    }
    case 'option':
      return { description, ...member.type.json, ...(member.default === undefined ? {} : { default: member.default }) }
  }
}

/** What may stand for a map: a text, or one of the words that its member knows. */
function plainSchema(member: Declaration | undefined): JsonSchema {
  const words = member?.kind === 'option' ? member.type.json.enum : undefined
  return words === undefined ? { type: 'string' } : { enum: words }
}

import { stringify } from 'yaml'
import type { Declaration, Members } from './declare.ts'
import { options } from './options.ts'

/** The configuration in force as plain values, in the words of the file: what was written, and the defaults of the rest. */
export function effectiveValues(written: unknown): unknown {
  return membersValues(options, written)
}

/** The same as YAML that can be used as a file. */
export function effectiveYaml(written: unknown): string {
  return stringify(effectiveValues(written), { lineWidth: 120 })
}

function membersValues(members: Members, written: unknown): unknown {
  const own = (typeof written === 'object' && written !== null ? written : {}) as Readonly<Record<string, unknown>>
  const values = Object.entries(members).map(([name, member]): [string, unknown] => [
    name,
    memberValue(member, Object.hasOwn(own, name) ? own[name] : undefined),
  ])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function memberValue(member: Declaration, written: unknown): unknown {
  switch (member.kind) {
    case 'group':
      return membersValues(member.members, written)
    case 'list':
      return written ?? [] // a rule's own settings only: what it takes from the top level stands there
    case 'option':
      return written ?? member.default
  }
}

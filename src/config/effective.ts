import { Document, isNode } from 'yaml'
import type { Declaration, Members } from './declare.ts'
import type { Merged } from './merge.ts'
import { options } from './options.ts'

/** The configuration in force as plain values, in the words of the file: what was written, and the defaults of the rest. */
export function effectiveValues({ written }: Pick<Merged, 'written'>): object {
  // The presets are in it already.
  return { ...membersValues(options, written), preset: [] }
}

/** The same as YAML that can be used as a file; comments say what came from which preset. */
export function effectiveYaml(merged: Merged): string {
  const document = new Document(effectiveValues(merged))
  document.setIn(['preset'], document.createNode([]))
  for (const [path, presets] of merged.sources) {
    const node: unknown = document.getIn(pathOf(path), true)
    if (!isNode(node)) continue
    const isShort = typeof document.getIn(pathOf(path)) !== 'object'
    node[isShort ? 'comment' : 'commentBefore'] = ` from ${presets.join(', ')}`
  }
  return document.toString({ lineWidth: 120 })
}

/** `rules[0].match` → `['rules', 0, 'match']`, for the names of options, which need no quotes. */
function pathOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([name, index]) => (index === undefined ? name : Number(index)))
}

function membersValues(members: Members, written: unknown): object {
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

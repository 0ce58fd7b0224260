import { type Declaration, type Members, withShorthand } from './declare.ts'
import { formatPath, type Path } from './problems.ts'

/** One configuration of several that are laid over each other: the user's file, or a preset. */
export interface Layer {
  /** Undefined: the user's own. */
  readonly preset: string | undefined
  /** As written, and known to be right by itself. */
  readonly written: unknown
}

export interface Merged {
  readonly written: unknown
  /** The presets that a value comes from, by its path (`rules[3]`, `key.query.ignore`); the user's own have none. */
  readonly sources: ReadonlyMap<string, readonly string[]>
}

/**
 * Lays configurations over each other: a value is that of the first layer that has it, maps member by member. Rules follow
 * each other, so the first layer's match first; lists declared as `joined` are united.
 */
export function merge(members: Members, layers: readonly Layer[]): Merged {
  const sources = new Map<string, readonly string[]>()
  const note = (path: Path, from: readonly Layer[]): void => {
    const presets = from.flatMap(({ preset }) => (preset === undefined ? [] : [preset]))
    if (presets.length > 0) sources.set(formatPath(path), presets)
  }
  return { written: mergeMembers(members, layers, [], note), sources }
}

type Note = (path: Path, from: readonly Layer[]) => void

function mergeMembers(members: Members, layers: readonly Layer[], path: Path, note: Note): unknown {
  const entries = Object.entries(members).flatMap(([name, member]): [string, unknown][] => {
    const having = layers.flatMap(({ preset, written }): Layer[] => {
      const value = memberOf(written, name)
      return value === undefined ? [] : [{ preset, written: value }]
    })
    return having.length === 0 ? [] : [[name, mergeMember(member, having, [...path, name], note)]]
  })
  return Object.fromEntries(entries)
}

function mergeMember(member: Declaration, layers: readonly Layer[], path: Path, note: Note): unknown {
  if (member.kind === 'group') {
    const maps = layers.map(({ preset, written }) => ({ preset, written: withShorthand(member.shorthand, written) }))
    return mergeMembers(member.members, maps, path, note)
  }
  if (member.kind === 'list') {
    const items = layers.flatMap(({ preset, written }) => asList(written).map((item) => ({ preset, written: item })))
    for (const [index, item] of items.entries()) note([...path, index], [item])
    return items.map(({ written }) => written)
  }
  if (member.joined !== true) {
    note(path, layers.slice(0, 1))
    return layers[0]!.written
  }
  note(path, layers)
  return [...new Set(layers.flatMap(({ written }) => asList(written)))]
}

function memberOf(value: unknown, name: string): unknown {
  const isMap = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return isMap ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

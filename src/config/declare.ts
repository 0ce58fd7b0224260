import type { ValueType } from './value-types.ts'

/**
 * The words in which options are declared. One declaration carries the name, type, default, range and meaning of an option;
 * validation, `--help`, the document and the JSON Schema are made from it.
 */
export interface Option<T> {
  readonly kind: 'option'
  readonly type: ValueType<T>
  /** As people write it; undefined: the option has no default. */
  readonly default: unknown
  readonly required: boolean
  /** What it does, in a sentence or two, in Markdown. */
  readonly summary: string
  /** A list that presets add to, where other values are replaced. */
  readonly joined?: boolean
}

/** Options under one name; `shorthand` names the member that a plain text, `true` or `false` stands for. */
export interface Group<M extends Members> {
  readonly kind: 'group'
  readonly members: M
  readonly summary: string
  readonly shorthand?: string
}

/** A list of maps; `shorthand` names the member that a plain text stands for. */
export interface ListOf<M extends Members> {
  readonly kind: 'list'
  readonly members: M
  readonly summary: string
  readonly shorthand?: string
}

export type Declaration = Option<unknown> | Group<Members> | ListOf<Members>
export type Members = { readonly [name: string]: Declaration }

export function option<T>(type: ValueType<T>, defaultText: unknown, summary: string): Option<T> {
  return { kind: 'option', type, default: defaultText, required: false, summary }
}

/** A list whose values from a file and from presets hold together. */
export function joined<T>(type: ValueType<readonly T[]>, summary: string): Option<readonly T[]> {
  return { ...option(type, [], summary), joined: true }
}

/** Absent unless given. */
export function optional<T>(type: ValueType<T>, summary: string): Option<T | undefined> {
  return { kind: 'option', type, default: undefined, required: false, summary }
}

export function required<T>(type: ValueType<T>, summary: string): Option<T> {
  return { kind: 'option', type, default: undefined, required: true, summary }
}

export function group<M extends Members>(summary: string, members: M, shorthand?: string): Group<M> {
  return { kind: 'group', members, summary, ...(shorthand === undefined ? {} : { shorthand }) }
}

export function listOf<M extends Members>(summary: string, members: M, shorthand?: string): ListOf<M> {
  return { kind: 'list', members, summary, ...(shorthand === undefined ? {} : { shorthand }) }
}

/** What the values of a declaration are after reading. */
export type Parsed<D> =
  D extends Option<infer T>
    ? T
    : D extends Group<infer M>
      ? ParsedMembers<M>
      : D extends ListOf<infer M>
        ? readonly ParsedMembers<M>[]
        : never

export type ParsedMembers<M> = { readonly [Name in keyof M]: Parsed<M[Name]> }

/** The same members where none has a default and none is required: what is absent is left to others. */
export type Own<M> = { readonly [Name in keyof M]: M[Name] extends Group<infer G> ? Group<Own<G>> : OwnOption<M[Name]> }
type OwnOption<D> = D extends Option<infer T> ? Option<T | undefined> : D

/** Turns settings with defaults into settings that are only there when given. */
export function withoutDefaults<M extends Members>(members: M): Own<M> {
  const own = Object.entries(members).map(([name, member]): [string, Declaration] => {
    if (member.kind === 'group') return [name, { ...member, members: withoutDefaults(member.members) }]
    return [name, member.kind === 'option' ? { ...member, default: undefined } : member]
  })
  return Object.fromEntries(own) as unknown as Own<M>
}

/** A plain text where a map may stand, as that map. */
export function withShorthand(shorthand: string | undefined, written: unknown): unknown {
  const isPlain = typeof written === 'string' || typeof written === 'boolean'
  return shorthand !== undefined && isPlain ? { [shorthand]: written } : written
}

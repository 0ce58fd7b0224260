import type { Declaration, Members, Option } from './declare.ts'
import { options, settingsMembers } from './options.ts'
import { tierOptions } from './tier-options.ts'

/** The tables of `docs/configuration.md`, by the name that stands in the document's markers. */
const sections: Readonly<Record<string, () => string>> = {
  general: () => table(pick((name, { kind }) => kind === 'option' && !isSetting(name) && !isTier(name))),
  tiers: () => table(pick(isTier)),
  snapshot: () => table({ snapshot: options.snapshot }),
  purge: () => table({ purge: options.purge }),
  warm: () => table({ warm: options.warm }),
  admin: () => table({ admin: options.admin, learn: options.learn }),
  origins: () => table({ origins: options.origins }),
  pools: () => table(poolHead),
  balance: () => table({ balance: options.balance }),
  health: () => table({ health: options.health }),
  retries: () => table({ retries: options.retries }),
  caching: () => table(settingsMembers),
  rules: () => table({ 'rules[].name': options.rules.members.name, 'rules[].match': options.rules.members.match }),
  timeLimits: () => table({ timeLimits: options.timeLimits }),
  limits: () => table({ limits: options.limits }),
  logs: () => table({ log: options.log, cacheStatus: options.cacheStatus }),
}

/** What a pool has of its own; the rest is as at the top level. */
const poolHead: Members = {
  'pools[].name': options.pools.members.name,
  'pools[].hosts': options.pools.members.hosts,
}

const marked = /(<!-- options: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g

/** The document with every part between `<!-- options: name -->` and `<!-- end -->` made anew. */
export function withTables(document: string): string {
  return document.replace(marked, (_, start: string, name: string, end: string) => {
    const section = sections[name]
    if (section === undefined) throw new Error(`No table of options is called "${name}"`)
    return `${start}\n${section()}\n\n${end}`
  })
}

/** The names whose tables stand in the document, for the test that none was forgotten. */
export const sectionNames: readonly string[] = Object.keys(sections)

function isSetting(name: string): boolean {
  return Object.hasOwn(settingsMembers, name)
}

function isTier(name: string): boolean {
  return Object.hasOwn(tierOptions, name)
}

function pick(want: (name: string, member: Declaration) => boolean): Members {
  return Object.fromEntries(Object.entries(options).filter(([name, member]) => want(name, member)))
}

function table(members: Members): string {
  return ['| option | value | default | meaning |', '| --- | --- | --- | --- |', ...rows(members, '')].join('\n')
}

function rows(members: Members, prefix: string): string[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const path = prefix + name
    if (member.kind === 'option') return [optionRow(path, member)]
    const inner = rows(member.members, member.kind === 'list' ? `${path}[].` : `${path}.`)
    return [row([`\`${path}\``, member.kind === 'list' ? 'a list' : '', '', member.summary]), ...inner]
  })
}

function optionRow(path: string, { type, default: value, required, summary }: Option<unknown>): string {
  // Where there is a range, it is the better example.
  const values =
    type.range === undefined
      ? type.expected
      : `${type.expected.replace(/ such as .*?(?=, or none|$)/, '')}; ${type.range}`
  return row([`\`${path}\``, values, required ? 'needed' : defaultText(value), summary])
}

function defaultText(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'boolean') return value ? '`on`' : '`off`'
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

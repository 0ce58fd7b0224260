import { readdirSync, readFileSync } from 'node:fs'

/** One group of tests that reads as a part of a specification. */
export interface RuleGroup {
  /** Relative to the repository. */
  readonly file: string
  readonly title: string
  readonly rules: readonly string[]
}

const ROOT = new URL('../../', import.meta.url)
const FOLDERS = ['test/rfc9111', 'test/proxy']

/** The groups whose title names a specification, in the order of files and of lines. */
export function ruleGroups(): readonly RuleGroup[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT))
      .filter((name) => name.endsWith('.test.ts'))
      .sort()
      .flatMap((name) => groupsOf(`${folder}/${name}`)),
  ).filter(({ title }) => /RFC \d/.test(title))
}

const opening = /^( *)(describe|it)\(\s*(['"`])((?:\\.|(?!\3).)*)\3/gm

/** Read from the text, not from a run, so that the table can be checked without running everything once more. */
function groupsOf(file: string): RuleGroup[] {
  const groups: { file: string; title: string; rules: string[] }[] = []
  for (const [, , kind, , text] of readFileSync(new URL(file, ROOT), 'utf8').matchAll(opening)) {
    const sentence = text!.replace(/\$\{[^}]*\}/g, '…').replace(/\\(.)/g, '$1')
    if (kind === 'describe') groups.push({ file, title: sentence, rules: [] })
    else groups.at(-1)?.rules.push(sentence)
  }
  return groups
}

import { caseGroups, unmet } from './all-cases.ts'
import type { CaseKind, ConformanceCase } from './conformance-case.ts'
import { ruleGroups } from './rule-tests.ts'

/** What is done otherwise than a specification recommends, or not yet, and why. */
const NOT_MET: readonly (readonly [section: string, what: string, reason: string])[] = [
  [
    'RFC 9875',
    'Cache groups do not invalidate',
    'They are read (`src/rfc9111/cache-groups.ts`); finding what is stored in a group needs an index of tags, which comes with purging by tag.',
  ],
  [
    'RFC 9111 §3.5',
    'SHOULD/MAY: what is stored without `public`, `s-maxage` or `must-revalidate` is not given to requests with `Authorization`',
    'Stricter than the RFC, which restricts storing only: an origin that says nothing of sharing may have more for those who authenticate.',
  ],
  [
    'RFC 9111 §5.2.1',
    'SHOULD: `no-cache`, `max-age`, `min-fresh` of requests count only with `obeyRequestDirectives`',
    'Anyone could take the protection of the cache away. `no-store`, `only-if-cached`, `max-stale` and `stale-if-error` always count.',
  ],
  [
    'RFC 9111 §3',
    'MAY: 400, 406, 408, 411, 413, 415, 421, 422, 425, 426 are never stored, and 5xx for 10 s at most',
    'One odd request must not become the page of everybody (CPDoS).',
  ],
  [
    'RFC 9211 §2',
    'SHOULD NOT: responses that are our own (errors, 405, 504) carry `Cache-Status` too',
    'Every response says why.',
  ],
  [
    'RFC 9110 §14',
    'MAY: a `Range` on a stale stored response is answered out of the whole, which is fetched',
    'The validation is for everybody and asks for no part.',
  ],
]

/** The whole document. */
export function conformanceDocument(): string {
  const rules = ruleGroups()
  const ruleCount = rules.reduce((sum, group) => sum + group.rules.length, 0)
  return `${[
    '# Conformance',
    'Written by `node test/conformance/write-table.ts` from the tests; do not edit. A test fails when it is out of date.',
    `${ruleCount} rules have a test of their own (below, by specification); ${count()} cases are played against the whole core.`,
    'The cases are named after those of the public suite http-tests/cache-tests and were **written from the specifications and from memory of that suite; they are not the suite**, and running the suite itself remains the proof. They run with the options `obeyRequestDirectives: true` and, where the case says so, `setCookie: store`; the rest is as without a configuration.',
    'Beside them random histories (`test/proxy/histories.test.ts`) put every reply to a model of what a shared cache may serve; `HISTORIES=50000` runs that many.',
    '## Summary',
    summary(),
    '## Not met, or met otherwise',
    table(
      ['Section', 'What', 'Why'],
      NOT_MET.map((row) => [...row]),
    ),
    table(
      ['Case', 'Why'],
      [...unmet].map(([id, reason]) => [`\`${id}\``, reason]),
    ),
    '## Cases',
    ...caseGroups.flatMap(({ title, section, cases }) => [
      `### ${title} (${section})`,
      table(['Case', 'Kind', 'The proxy', 'State'], cases.map(caseRow)),
    ]),
    '## Rules',
    ...rules.flatMap(({ title, file, rules: sentences }) => [
      `### ${capital(title)}`,
      `\`${file}\``,
      table(
        ['Rule', 'State'],
        sentences.map((rule) => [rule, 'met']),
      ),
    ]),
  ].join('\n\n')}\n`
}

function count(kind?: CaseKind, state?: 'met'): number {
  return caseGroups
    .flatMap(({ cases }) => cases)
    .filter((one) => (kind === undefined || one.kind === kind) && (state === undefined || !unmet.has(one.id))).length
}

function summary(): string {
  const row = (kind: CaseKind): string[] => [kind, `${count(kind, 'met')}`, `${count(kind)}`]
  return table(['Cases', 'Met', 'All'], [row('required'), row('optimal')])
}

function caseRow({ id, kind, what }: ConformanceCase): string[] {
  return [`\`${id}\``, kind, what, unmet.has(id) ? '**not met**' : 'met']
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

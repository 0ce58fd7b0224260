import { looksLikeNoise, type NameSeen, type Survey } from './survey.ts'

const parameterName = /^[!$%'()*+,./:;?@\w~-]{1,256}$/
const cookieName = /^[!#$%&'*+.^`|~\w-]{1,256}$/

/** Names that this log shows to be noise, and that the presets do not know. */
export function ownNoise(seen: readonly NameSeen[]): readonly NameSeen[] {
  return seen.filter((one) => !one.isKnownNoise && looksLikeNoise(one))
}

/**
 * A configuration file for the site of a log, with the reasons as comments.
 *
 * @param confirmed names of parameters that the site itself showed to be noise; others are only mentioned, since pages of
 *   one size may be different pages
 */
export function suggestedFile(survey: Survey, confirmed: ReadonlySet<string>): string {
  const presets = survey.presets.length === 0 ? ['generic'] : survey.presets
  const why = survey.presets.length === 0 ? 'no system was recognised by its addresses' : 'recognised by its addresses'
  const lines = [
    'listen: 0.0.0.0:8080',
    'origins:',
    '  - url: http://127.0.0.1:8081 # where the site is now',
    '',
    `# ${why}; docs/presets.md says what it brings along`,
    `preset: [${presets.join(', ')}]`,
  ]
  if (survey.presets.length === 0) {
    lines.push(
      '',
      '# Pages for which the site sends no Cache-Control are stored only with this line; then name the cookies of its',
      '# sessions in cookies.pass.',
      '# defaultFreshness: 1m',
    )
  }
  lines.push(...noiseLines(survey, confirmed))
  const cookies = manyValued(survey.cookies)
  if (cookies.length > 0) {
    lines.push(
      '',
      '# Cookies in the log with a value for nearly every visitor that the presets do not know. Sessions among them belong into',
      '# cookies.pass, statistics into cookies.ignore; a log does not tell which they are.',
      ...cookies.map(({ name, requests, distinct }) => `#   ${name}: ${distinct} values in ${requests} requests`),
    )
  }
  return `${lines.join('\n')}\n`
}

/** What the configuration in force lacks, by live traffic. */
export interface Lacking {
  readonly survey: Survey
  /** Presets that fit the site and are not in force. */
  readonly presets: readonly string[]
  /** Cookies that kept pages from being stored, and how many requests had them. */
  readonly cookies: readonly (readonly [name: string, count: number])[]
}

/** What to add to the configuration in force, with the reasons as comments: a file that is right, too, by itself. */
export function suggestedAdditions({ survey, presets, cookies }: Lacking): string {
  const lines: string[] = []
  if (presets.length > 0) {
    lines.push('', '# recognised by addresses or names; docs/presets.md says what it brings along')
    lines.push(`preset: [${presets.join(', ')}]`)
  }
  lines.push(...noiseLines(survey, new Set()))
  const named = cookies.filter(([name]) => cookieName.test(name))
  if (named.length > 0) {
    lines.push(
      '',
      '# Cookies of requests whose pages were not stored, as the origin gives no lifetime and they may mean something. Sessions',
      '# among them belong into cookies.pass, statistics into cookies.ignore.',
      ...named.map(([name, count]) => `#   ${name}: ${count} requests`),
    )
  }
  return lines.length === 0 ? '# nothing to add\n' : `${lines.slice(1).join('\n')}\n`
}

function noiseLines(survey: Survey, confirmed: ReadonlySet<string>): string[] {
  const lines: string[] = []
  // A name goes into the file as it stood in the log, so only as what cannot be anything but a name.
  const noise = nameableNoise(survey)
  const sure = noise.filter(({ name }) => confirmed.has(name))
  if (sure.length > 0) {
    lines.push('', 'key:', '  query:', '    ignore:')
    for (const one of sure)
      lines.push(`      # ${evidence(one)}; the site confirmed it`, `      - ${JSON.stringify(one.name)}`)
  }
  const unsure = noise.filter(({ name }) => !confirmed.has(name))
  if (unsure.length > 0) {
    lines.push('', '# For key.query.ignore, when the site confirms it (advise --check URL ACCESS_LOG) or you know it:')
    for (const one of unsure) lines.push(`#   ${JSON.stringify(one.name)}: ${evidence(one)}`)
  }
  return lines
}

/** Parameters that look like noise and can be written into a file as nothing but a name. */
export function nameableNoise(survey: Survey): readonly NameSeen[] {
  return ownNoise(survey.parameters).filter(({ name }) => parameterName.test(name) && !name.includes('*'))
}

function evidence({ requests, distinct, sameSize, compared }: NameSeen): string {
  return `${distinct} values in ${requests} requests; the page had the same size without it in ${sameSize} of ${compared}`
}

function manyValued(cookies: readonly NameSeen[]): readonly NameSeen[] {
  return cookies
    .filter(({ name, isKnownNoise, distinct }) => !isKnownNoise && distinct >= 10 && cookieName.test(name))
    .slice(0, 20)
}

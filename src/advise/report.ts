import type { ReadCounts } from './read-log.ts'
import type { SimulationResult } from './simulation.ts'
import { looksLikeNoise, type NameSeen, type Survey } from './survey.ts'

export interface Report {
  readonly counts: ReadCounts
  readonly survey: Survey
  /** With the file that was given; undefined without one. */
  readonly configured: SimulationResult | undefined
  readonly suggested: SimulationResult
  readonly file: string
  readonly assumedSeconds: number
  readonly confirmed: readonly Confirmation[]
}

/** What the live origin said of a parameter. */
export interface Confirmation {
  readonly name: string
  readonly verdict: 'noise' | 'changes the page' | 'cannot be told'
  readonly reason: string
}

/** The report for people. */
export function reportText(report: Report): string {
  const { counts, survey, configured, suggested, file, confirmed } = report
  const rows: [string, SimulationResult][] = [['suggested', suggested]]
  if (configured !== undefined) rows.unshift(['configured', configured])
  const lines = [
    `${counts.lines} lines, ${suggested.requests} requests, ${counts.malformed} malformed`,
    '',
    'Predicted           hits   requests to the origin   origin requests/s in the busiest minute',
    ...rows.map(([name, result]) => predictionRow(name, result)),
    `(a log has no Cache-Control: pages are taken to be for everybody, and fresh for ${report.assumedSeconds} s where no preset or rule says more)`,
    ...section('Not hits, by reason (suggested)', topReasons(suggested)),
    ...section(
      'Asked of the origin most (suggested)',
      suggested.topMisses.map(([path, count]) => [printable(path), count]),
    ),
    ...section('Query parameters that look like noise', noiseRows(survey.parameters)),
    ...section('Cookies that are noise', noiseRows(survey.cookies)),
    ...section(
      'Asked of the site itself',
      confirmed.map(({ name, verdict, reason }) => [`${printable(name)}: ${verdict}`, reason]),
    ),
    '',
    '# ---- a configuration to begin with ----',
    file,
  ]
  return lines.join('\n')
}

function predictionRow(name: string, result: SimulationResult): string {
  const { requests, originRequests, peakRequestsPerMinute, peakOriginPerMinute } = result
  const perSecond = (perMinute: number): string => (perMinute / 60).toFixed(1)
  const peak = `${perSecond(peakRequestsPerMinute)} → ${perSecond(peakOriginPerMinute)}`
  return `  ${name.padEnd(14)}${percent(hitRatio(result)).padStart(8)}   ${`${originRequests} of ${requests}`.padStart(22)}   ${peak}`
}

export function hitRatio({ hits, requests }: SimulationResult): number {
  return requests === 0 ? 0 : hits / requests
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}

function topReasons({ reasons }: SimulationResult): [string, number][] {
  return [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 8)
}

function noiseRows(seen: readonly NameSeen[]): [string, string][] {
  return seen
    .filter(looksLikeNoise)
    .slice(0, 20)
    .map(({ name, requests, distinct, isKnownNoise }) => {
      return [printable(name), `${requests} requests, ${distinct} values${isKnownNoise ? ', known' : ''}`]
    })
}

function section(title: string, rows: readonly (readonly [string, string | number])[]): string[] {
  if (rows.length === 0) return []
  return ['', title, ...rows.map(([name, value]) => `  ${name.padEnd(40)} ${value}`)]
}

/** What a client wrote into a log must not drive the terminal of who reads it. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)
}

/** The report for programs. */
export function reportJson({ counts, survey, configured, suggested, file, assumedSeconds, confirmed }: Report): object {
  return {
    lines: counts.lines,
    malformed: counts.malformed,
    assumedFreshnessSeconds: assumedSeconds,
    ...(configured === undefined ? {} : { configured: predictionJson(configured) }),
    suggested: predictionJson(suggested),
    presets: survey.presets,
    noiseParameters: survey.parameters.filter(looksLikeNoise),
    noiseCookies: survey.cookies.filter(looksLikeNoise),
    confirmed,
    file,
  }
}

function predictionJson(result: SimulationResult): object {
  const { reasons, topMisses, ...counts } = result
  return { ...counts, hitRatio: hitRatio(result), reasons: Object.fromEntries(reasons), topMisses }
}

import type { LiveFindings, UnstoredPage } from './live.ts'
import type { ReadCounts } from './read-log.ts'
import type { Prediction } from './request-counts.ts'
import type { SimulationResult } from './simulation.ts'
import { looksLikeNoise, type NameSeen, type Survey } from './survey.ts'

/** Reasons that are listed. */
const REASONS_MAX = 8

export interface Report {
  /** undefined for live traffic. */
  readonly counts: ReadCounts | undefined
  readonly survey: Survey
  /** What really was hit, where that is known. */
  readonly now: Prediction | undefined
  /** With the file that was given; undefined without one. */
  readonly configured: SimulationResult | undefined
  readonly suggested: SimulationResult
  /** With the parameters left out as well that look like noise and are not confirmed; undefined where there are none. */
  readonly withoutNoise: SimulationResult | undefined
  readonly file: string
  readonly assumedSeconds: number
  readonly confirmed: readonly Confirmation[]
  /** undefined for logs. */
  readonly live: LiveReport | undefined
}

export interface LiveReport extends Omit<LiveFindings, 'unstored'> {
  /** `change`: what would make them hits. */
  readonly unstored: readonly (UnstoredPage & { readonly change: string | undefined })[]
  /** Threads that gave no answer: what they know is missing. */
  readonly unanswered: number
}

/** What the live origin said of a parameter. */
export interface Confirmation {
  readonly name: string
  readonly verdict: 'noise' | 'changes the page' | 'cannot be told'
  readonly reason: string
}

/** The report for people. */
export function reportText(report: Report): string {
  const { survey, now, configured, suggested, withoutNoise, file, confirmed, live } = report
  const rows: [string, Prediction | undefined][] = [
    ['now', now],
    ['configured', configured],
    ['suggested', suggested],
    ['less noise', withoutNoise],
  ]
  const lines = [
    ...headLines(report),
    '',
    'Predicted           hits   requests to the origin   origin requests/s in the busiest minute',
    ...rows.flatMap(([name, result]) => (result === undefined ? [] : [predictionRow(name, result)])),
    explanation(report),
    ...(live === undefined ? missSections(suggested) : liveSections(live)),
    ...section('Query parameters that look like noise', noiseRows(survey.parameters)),
    ...section('Cookies that are noise', noiseRows(survey.cookies)),
    ...section(
      'Asked of the site itself',
      confirmed.map(({ name, verdict, reason }) => [`${printable(name)}: ${verdict}`, reason]),
    ),
    '',
    live === undefined ? '# ---- a configuration to begin with ----' : '# ---- for the configuration in force ----',
    file,
  ]
  return lines.join('\n')
}

function headLines({ counts, suggested, live }: Report): string[] {
  if (live === undefined)
    return [`${counts?.lines} lines, ${suggested.requests} requests, ${counts?.malformed} malformed`]
  const { sinceMs, sample, exchanges, unanswered } = live
  const pages = sample === 1 ? '' : ` of one page in ${sample}`
  const lines = [
    `${suggested.requests} requests since ${new Date(sinceMs).toISOString()}; ${exchanges} that were no hits${pages} are remembered`,
  ]
  if (unanswered > 0) lines.push(`${unanswered} threads gave no answer: what they know is missing`)
  return lines
}

function explanation({ live, withoutNoise, assumedSeconds }: Report): string {
  const noise = withoutNoise === undefined ? '' : '; less noise: without the parameters that look like noise, too'
  if (live !== undefined) {
    return `(now is counted, the others are a replay with the real lifetimes and refusals; ${assumedSeconds} s where none is known${noise})`
  }
  return `(a log has no Cache-Control: pages are taken to be for everybody, and fresh for ${assumedSeconds} s where no preset or rule says more${noise})`
}

function missSections(suggested: SimulationResult): string[] {
  return [
    ...section('Not hits, by reason (suggested)', topReasons(suggested)),
    ...section(
      'Asked of the origin most (suggested)',
      suggested.topMisses.map(([path, count]) => [printable(path), count]),
    ),
  ]
}

function liveSections({ reasons, unstored }: LiveReport): string[] {
  return [
    ...section('Not hits, by reason (now)', reasons.slice(0, REASONS_MAX)),
    ...section(
      'Fetched and not stored (now)',
      unstored.map(({ page, requests, reason, change }) => [
        printable(page),
        `${requests}, ${reason}${change === undefined ? '' : `: ${change}`}`,
      ]),
    ),
  ]
}

function predictionRow(name: string, result: Prediction): string {
  const { requests, originRequests, peakRequestsPerMinute, peakOriginPerMinute } = result
  const perSecond = (perMinute: number): string => (perMinute / 60).toFixed(1)
  const peak = `${perSecond(peakRequestsPerMinute)} → ${perSecond(peakOriginPerMinute)}`
  return `  ${name.padEnd(14)}${percent(hitRatio(result)).padStart(8)}   ${`${originRequests} of ${requests}`.padStart(22)}   ${peak}`
}

export function hitRatio({ hits, requests }: Prediction): number {
  return requests === 0 ? 0 : hits / requests
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}

function topReasons({ reasons }: SimulationResult): [string, number][] {
  return [...reasons].sort((a, b) => b[1] - a[1]).slice(0, REASONS_MAX)
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
export function reportJson(report: Report): object {
  const { counts, survey, now, configured, suggested, withoutNoise, file, assumedSeconds, confirmed, live } = report
  return {
    ...counts,
    assumedFreshnessSeconds: assumedSeconds,
    ...(now === undefined ? {} : { now: { ...now, hitRatio: hitRatio(now) } }),
    ...(configured === undefined ? {} : { configured: predictionJson(configured) }),
    suggested: predictionJson(suggested),
    ...(withoutNoise === undefined ? {} : { withoutNoise: predictionJson(withoutNoise) }),
    ...(live === undefined ? {} : { live: { ...live, reasons: Object.fromEntries(live.reasons) } }),
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

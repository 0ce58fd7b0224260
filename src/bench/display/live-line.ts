import type { LiveProgress } from '../measure.ts'
import type { TargetFacts } from '../results.ts'
import { milliseconds, rate } from '../words.ts'

const barWidth = 16

/** Which run is on, and how it is going, in one line. */
export interface LiveState {
  readonly title: string
  readonly target: TargetFacts
  readonly run: number
  readonly runs: number
  readonly progress: LiveProgress | undefined
  readonly totalSeconds: number
}

/** `3/14 The wave, direct ▕████░░░░▏ 41/s  p99 120 ms  hits 98 %  site 0.2/s  0 failed`, at most `columns` wide. */
export function liveLine({ title, target, run, runs, progress, totalSeconds }: LiveState, columns: number): string {
  const name = `${run}/${runs} ${title}, ${target.name}`
  if (progress === undefined) return `${name}: getting ready`.slice(0, columns)
  const done = Math.min(1, progress.elapsedMs / 1000 / totalSeconds)
  const filled = Math.round(done * barWidth)
  const bar = `▕${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}▏`
  const { answeredPerSecond, p99Ms, hitRatio, siteRequestsPerSecond, failed } = progress
  const parts = [
    `${rate(answeredPerSecond)}/s`,
    `p99 ${milliseconds(p99Ms)}`,
    ...(hitRatio === undefined ? [] : [`hits ${Math.round(hitRatio * 100)} %`]),
    ...(siteRequestsPerSecond === undefined ? [] : [`site ${rate(siteRequestsPerSecond)}/s`]),
    `${failed} failed`,
  ]
  return `${name} ${bar} ${parts.join('  ')}`.slice(0, columns)
}

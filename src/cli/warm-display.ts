import type { WarmProgress, WarmReport } from '../warm/warm.ts'
import { progressBar } from './progress-bar.ts'
import type { Terminal } from './terminal.ts'

/** Without a terminal a line is written when so many of a hundred more are done. */
const LINE_EVERY = 10

export interface WarmDisplay {
  show(progress: WarmProgress): void
  /** Takes the bar away. */
  done(): void
}

/** A bar on a terminal, plain lines elsewhere: every tenth, and when it begins to wait. */
export function warmDisplay(terminal: Terminal): WarmDisplay {
  const bar = progressBar(terminal)
  const isTerminal = terminal.stderr.isTTY === true && terminal.env.TERM !== 'dumb'
  let tenth = 0
  let pause: string | undefined
  return {
    show({ done, total, paused }) {
      if (isTerminal) {
        bar.show(paused === undefined ? `warming ${done} of ${total}` : `${paused}, ${done} of ${total}`, done / total)
        return
      }
      const now = Math.floor((done * LINE_EVERY) / total)
      const hasNews = now > tenth || (paused !== undefined && paused !== pause)
      if (now > tenth) tenth = now
      pause = paused
      const waits = paused === undefined ? '' : `, waiting: ${paused}`
      if (hasNews) terminal.stderr.write(`breakwater: ${done} of ${total} asked for${waits}\n`)
    },
    done: () => bar.done(),
  }
}

/** What came of it, for people. */
export function warmText(report: WarmReport, elsewhere: number): string {
  const { total, warmed, fresh, uncacheable, failed, failures, left, stopped } = report
  const reasons = Object.entries(uncacheable).sort(([, one], [, other]) => other - one)
  const notCacheable = reasons.reduce((sum, [, count]) => sum + count, 0)
  const lines = [
    `${total} requests: ${warmed} warmed, ${fresh} fresh already, ${notCacheable} not cacheable, ${failures} failed`,
    ...reasons.map(([why, count]) => `  not cacheable  ${count}  ${why}`),
    ...failed.map(({ url, why }) => `  failed         ${url}: ${why}`),
    ...(failures > failed.length ? [`  failed         and ${failures - failed.length} more`] : []),
    ...(left > 0 ? [`  left           ${left}, ${stopped}`] : []),
    ...(elsewhere > 0 ? [`  elsewhere      ${elsewhere} URLs of other hosts than their sitemap's, left out`] : []),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

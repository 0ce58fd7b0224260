import { isatty } from 'node:tty'
import { type Logger, pino } from 'pino'
import type { LogLevel } from '../config/config.ts'
import { errorDetails } from './error-details.ts'
import { humanLine } from './human-line.ts'
import { LineWriter } from './line-writer.ts'
import { type Problem, RecentProblems } from './recent-problems.ts'
import { redact } from './redaction.ts'

/** What happens to the program, as opposed to its requests: start, stop, an origin turns sick or well, failures. */
export interface EventLog extends Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'> {
  /** Can be changed while running, by a reload. */
  level: string
  /** The last warnings and worse, the latest first. */
  problems(): readonly Problem[]
  close(): Promise<void>
}

export interface EventLogOptions {
  readonly level: LogLevel
  /** `human`: a line for people; `json`: an object a line. */
  readonly style: EventLogStyle
  /** An open descriptor or a path; standard error when not given. */
  readonly target?: number | string
  /** The worker that says it, where there are several: each has connections of its own, so each tells of its tiers and origins. */
  readonly worker?: number | undefined
}

export interface EventLogStyle {
  readonly format: 'human' | 'json'
  readonly colour: boolean
}

const standardError = 2

/**
 * For people on a terminal, JSON for everything else. Colours unless NO_COLOR says no (no-color.org: set to anything).
 *
 * @param environment as `process.env`
 */
export function eventLogStyle(environment: Readonly<Record<string, string | undefined>>): EventLogStyle {
  const terminal = isatty(standardError)
  const noColour = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb'
  return { format: terminal ? 'human' : 'json', colour: terminal && !noColour }
}

/**
 * Usage is pino's: `log.warn({ origin, error }, 'origin is sick')`. An Error goes under `error`.
 * Each event is written before the call returns, so a crash loses none; a terminal or pipe that takes nothing
 * more never holds anything up: events are then held, and at last dropped.
 *
 * @throws when the target is a file that cannot be opened
 */
export function openEventLog(options: EventLogOptions): EventLog {
  const { format, colour } = options.style
  const writer = new LineWriter({ target: options.target ?? standardError, mode: 'immediate' })
  const recent = new RecentProblems()
  const write = (line: string) => {
    const redacted = redact(line)
    recent.take(redacted)
    writer.write(format === 'human' ? humanLine(redacted, colour) : asciiOnly(redacted))
  }
  const logger = pino(
    {
      level: options.level,
      base: options.worker === undefined ? null : { worker: options.worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      errorKey: 'error',
      serializers: { error: (error: unknown) => errorDetails(error) },
    },
    { write },
  )
  return Object.assign(logger, { problems: () => recent.list(), close: () => writer.close() })
}

/** JSON escapes C0 controls only; C1 controls and U+2028 end lines or drive terminals elsewhere. */
function asciiOnly(line: string): string {
  return line.replace(/[^\n -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

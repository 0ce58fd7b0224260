import type { AccessLogFormat } from '../config/config.ts'
import type { AnsweredHit, LoggedExchange } from '../listener/exchange-record.ts'
import { appendCombinedHit, combinedLine } from './combined-line.ts'
import { jsonLine } from './json-line.ts'
import type { LineBytes } from './line-bytes.ts'
import { LineWriter, type LineWriterState } from './line-writer.ts'
import { squidLine } from './squid-line.ts'

type LineFormat = Exclude<AccessLogFormat, 'off'>

export interface AccessLogOptions {
  readonly format: LineFormat
  /** undefined: standard output */
  readonly file: string | undefined
  /** Told once when lines can no longer be written and are about to be dropped, and once when they can again. */
  readonly onState?: (state: LineWriterState) => void
}

/** One line for each exchange. Cookies and `Authorization` are never part of it. */
export interface AccessLog {
  /** Cheap and never blocking: called on the hot path. */
  readonly write: (record: LoggedExchange) => void
  /** The same for a hit in the moment it is answered, cheaper; undefined: the format says how an exchange ended. */
  readonly writeHit: ((hit: AnsweredHit) => void) | undefined
  /** Opens the file again, after log rotation moved it away. */
  reopen(): void
  /** Writes what is held, waiting a second at most. */
  close(): Promise<void>
  readonly droppedLines: number
}

const standardOutput = 1

interface Format {
  readonly line: (record: LoggedExchange) => string
  /** Appends the same line for a hit, or returns false, and the line is made of its record. */
  readonly appendHit?: (line: LineBytes, hit: AnsweredHit) => boolean
}

const lineFormats: Record<LineFormat, Format> = {
  combined: { line: combinedLine, appendHit: appendCombinedHit },
  json: { line: jsonLine },
  squid: { line: squidLine },
}

/** @throws when the file cannot be opened */
export function openAccessLog(options: AccessLogOptions): AccessLog {
  const { line, appendHit } = lineFormats[options.format]
  const writer = new LineWriter({
    target: options.file ?? standardOutput,
    mode: 'gathered',
    ...(options.onState && { onState: options.onState }),
  })
  const write = (record: LoggedExchange): void => writer.write(line(record))
  const writeHit = (append: typeof appendCombinedHit) => (hit: AnsweredHit) => {
    if (!writer.writeFrom(hit, append)) write(hit.record())
  }
  return {
    write,
    writeHit: appendHit && writeHit(appendHit),
    reopen: () => writer.reopen(),
    close: () => writer.close(),
    get droppedLines() {
      return writer.droppedLines
    },
  }
}

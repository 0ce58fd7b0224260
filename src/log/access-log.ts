import type { AccessLogFormat } from '../config/config.ts'
import type { ExchangeRecord } from '../listener/exchange-record.ts'
import { combinedLine } from './combined-line.ts'
import { jsonLine } from './json-line.ts'
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
  write(record: ExchangeRecord): void
  /** Opens the file again, after log rotation moved it away. */
  reopen(): void
  /** Writes what is held, waiting a second at most. */
  close(): Promise<void>
  readonly droppedLines: number
}

const standardOutput = 1

const lineFormats: Record<LineFormat, (record: ExchangeRecord) => string> = {
  combined: combinedLine,
  json: jsonLine,
  squid: squidLine,
}

/** @throws when the file cannot be opened */
export function openAccessLog(options: AccessLogOptions): AccessLog {
  const formatLine = lineFormats[options.format]
  const writer = new LineWriter({
    target: options.file ?? standardOutput,
    mode: 'gathered',
    ...(options.onState && { onState: options.onState }),
  })
  return {
    write: (record) => writer.write(formatLine(record)),
    reopen: () => writer.reopen(),
    close: () => writer.close(),
    get droppedLines() {
      return writer.droppedLines
    },
  }
}

import { relative } from 'node:path'
import type { EventData, TestsStream } from 'node:test'
import { inspect } from 'node:util'

/** What a run of tests came to. */
export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

export interface TestReportOptions {
  readonly folder: string
  /** Why a test may be skipped, by its name; every other skipped or to-do test is a failure. */
  readonly allowedSkips: ReadonlyMap<string, string>
  readonly say: (text: string) => void
}

/** What is known of a test file while it runs; its output is shown only when something in it fails. */
interface FileReport extends TestCounts {
  output: string
  failures: string[]
  durationMs: number
}

/** Follows a run of `node:test`: a line for each file, and all that is known of a failure. */
export async function reportTests(run: TestsStream, options: TestReportOptions): Promise<TestCounts> {
  const reports = new Map<string, FileReport>()
  let current: string | undefined
  // Names of the suites that a test stands in, by depth.
  const path: string[] = []
  for await (const { type, data } of run) {
    const file = 'file' in data ? data.file : undefined
    if (file === undefined) continue
    const report = reports.get(file) ?? { passed: 0, failed: 0, skipped: 0, output: '', failures: [], durationMs: 0 }
    reports.set(file, report)
    if (ordered.has(type) && file !== current) {
      // What a file ends with comes after its summary, so it is over when another one begins.
      if (current !== undefined) sayFile(current, reports.get(current)!, options)
      current = file
    }
    switch (type) {
      case 'test:start':
        path.length = data.nesting
        path[data.nesting] = data.name
        break
      case 'test:pass':
        notePass(report, data, path, options)
        break
      case 'test:fail':
        noteFailure(report, data, path, options)
        break
      case 'test:summary':
        report.durationMs = data.duration_ms
        break
      case 'test:stdout':
      case 'test:stderr':
        report.output += data.message
        break
      case 'test:diagnostic':
        // An error that came when its test was over.
        if (data.message.startsWith('Error:')) report.output += `${data.message}\n`
    }
  }
  if (current !== undefined) sayFile(current, reports.get(current)!, options)
  return total(reports.values())
}

/** These come file by file; all others as they happen in the files that run at one time. */
const ordered: ReadonlySet<string> = new Set(['test:start', 'test:pass', 'test:fail'])

function notePass(
  report: FileReport,
  data: EventData.TestPass,
  path: readonly string[],
  options: TestReportOptions,
): void {
  if (data.details.type === 'suite') return
  if (data.name === data.file || data.file?.endsWith(`/${data.name}`)) {
    report.failed += 1
    report.failures.push('has no tests')
  } else if (data.skip !== undefined || data.todo !== undefined) {
    if (options.allowedSkips.has(data.name)) {
      report.skipped += 1
      return
    }
    report.failed += 1
    report.failures.push(`${title(data, path)}\n  skipped or to do, and not in the list of those that may be`)
  } else {
    report.passed += 1
  }
}

function noteFailure(
  report: FileReport,
  data: EventData.TestFail,
  path: readonly string[],
  options: TestReportOptions,
): void {
  const { error, type } = data.details
  // A suite fails because of its tests, which have been counted; only what failed in its own hooks is news.
  const failureType = (error as { failureType?: string }).failureType
  if (failureType === 'subtestsFailed') return
  if (type !== 'suite') report.failed += 1
  else if (failureType === 'hookFailed') report.failed += 1
  const cause = withoutRunnerFrames(inspect(error.cause ?? error))
  const place = data.line === undefined ? '' : ` (${relative(options.folder, data.file ?? '')}:${data.line})`
  report.failures.push(`${title(data, path)}${place}\n${indent(cause)}`)
}

function sayFile(file: string, report: FileReport, options: TestReportOptions): void {
  const seconds = (report.durationMs / 1000).toFixed(1)
  const name = relative(options.folder, file)
  const skipped = report.skipped > 0 ? `, ${report.skipped} skipped` : ''
  if (report.failures.length === 0) {
    options.say(`ok    ${name}  ${report.passed} passed${skipped}  ${seconds} s`)
    return
  }
  options.say(`FAIL  ${name}  ${report.passed} passed, ${report.failed} failed${skipped}  ${seconds} s`)
  for (const failure of report.failures) options.say(indent(failure))
  if (report.output !== '') options.say(indent(`output:\n${indent(report.output.trimEnd())}`))
}

/** The test runner's own frames say nothing about a failure. */
function withoutRunnerFrames(text: string): string {
  return text.replace(/\n\s+at .*node:(?:internal\/|async_hooks).*/g, '')
}

function title(data: { readonly name: string; readonly nesting: number }, path: readonly string[]): string {
  return [...path.slice(0, data.nesting), data.name].join(' > ')
}

function total(reports: Iterable<TestCounts>): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const report of reports) {
    counts.passed += report.passed
    counts.failed += report.failed
    counts.skipped += report.skipped
  }
  return counts
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}

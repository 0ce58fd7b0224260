import { type AdminFlags, openAdminClient } from './admin-client.ts'
import { exitCodes } from './exit-codes.ts'
import { painter, type Terminal } from './terminal.ts'

export const reloadExamples = `
Examples:
  breakwater reload
  breakwater reload --config /etc/breakwater.yaml     asks whom this file says, with its token

Exit code 1: something is wrong with the configuration, and nothing has changed.`

/** `breakwater reload`: the configuration is read anew, as by SIGHUP; says what came of it. */
export async function reload(flags: AdminFlags, terminal: Terminal): Promise<number> {
  const client = await openAdminClient(flags, terminal)
  const { reloadAnswer } = await import('../admin/routes/reload.ts')
  const report = await client.post('/api/reload', {}, reloadAnswer)
  const { stdout, stderr, env } = terminal
  const exitCode = report.kind === 'refused' ? exitCodes.failed : exitCodes.stopped
  if (flags.json === true) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else if (report.kind === 'refused') {
    const paint = painter(stderr, env)
    for (const problem of report.problems) stderr.write(`${paint('red', 'error')}: ${problem}\n`)
    stderr.write('nothing has changed\n')
  } else {
    const paint = painter(stdout, env)
    stdout.write(`the configuration was read anew ${paint('green', 'and is in force')}\n`)
    for (const option of report.needRestart) stdout.write(`  ${paint('yellow', 'needs a restart')}  ${option}\n`)
  }
  return exitCode
}

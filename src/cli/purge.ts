import { type AdminFlags, AskError, openAdminClient } from './admin-client.ts'
import { exitCodes } from './exit-codes.ts'
import { painter, type Terminal } from './terminal.ts'

export interface PurgeFlags extends AdminFlags {
  readonly tag?: readonly string[]
  readonly prefix?: readonly string[]
  readonly pattern?: readonly string[]
  readonly all?: boolean
  readonly hard?: boolean
  readonly soft?: boolean
}

export const purgeExamples = `
Examples:
  breakwater purge http://example.com/blog/post-1/
  breakwater purge --tag post-17 --tag front-page
  breakwater purge --prefix example.com/blog/ --hard
  breakwater purge --pattern '\\.(css|js)$'          a regular expression of path and query
  breakwater purge --all

Exit code 1: somebody did not acknowledge, so the old page may still be served there.`

/** `breakwater purge`: everywhere, and says who has it in force. */
export async function purge(urls: readonly string[], flags: PurgeFlags, terminal: Terminal): Promise<number> {
  const orders = ordersOf(urls, flags)
  if (orders.length === 0) throw new AskError('say what: URLs, --tag, --prefix, --pattern or --all')
  const client = await openAdminClient(flags, terminal)
  const { purgeAnswer } = await import('../admin/routes/orders.ts')
  const report = await client.post('/api/purge', { orders }, purgeAnswer)
  const { stdout, env } = terminal
  if (flags.json === true) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else {
    const paint = painter(stdout, env)
    const { threads, boxes, matched, published } = report
    stdout.write(`${matched} stored responses matched, in memory of this box\n`)
    stdout.write(`  threads  ${threads.acknowledged} of ${threads.asked} acknowledged\n`)
    for (const { name, acknowledged } of boxes) {
      stdout.write(
        `  box      ${name}: ${acknowledged ? paint('green', 'acknowledged') : paint('red', 'did not acknowledge')}\n`,
      )
    }
    if (published === 'later')
      stdout.write(`  ${paint('red', 'Redis cannot be reached: other boxes hear of it when it can')}\n`)
  }
  return report.complete ? exitCodes.stopped : exitCodes.failed
}

function ordersOf(
  urls: readonly string[],
  { tag = [], prefix = [], pattern = [], all, hard, soft }: PurgeFlags,
): object[] {
  const how = hard === true ? { hard: true } : soft === true ? { hard: false } : {}
  return [
    ...urls.map((url) => ({ url, ...how })),
    ...tag.map((one) => ({ tag: one, ...how })),
    ...prefix.map((one) => ({ prefix: one, ...how })),
    ...pattern.map((one) => ({ pattern: { url: one }, ...how })),
    ...(all === true ? [{ everything: true, ...how }] : []),
  ]
}

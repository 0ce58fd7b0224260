import type { Command } from 'commander'
import { type AdminFlags, AskError } from './admin-client.ts'
import { exitCodes } from './exit-codes.ts'
import { type ExplainFlags, explain, explainExamples } from './explain.ts'
import { type PurgeFlags, purge, purgeExamples } from './purge.ts'
import { reload, reloadExamples } from './reload.ts'
import type { Parts } from './serve.ts'
import { painter, type Terminal } from './terminal.ts'
import { type TopFlags, top, topExamples } from './top.ts'
import { type WarmFlags, warm, warmExamples } from './warm.ts'

/** The commands that ask a running Breakwater. `end` gets the exit code. */
export function addAdminCommands(
  program: Command,
  terminal: Terminal,
  { end, parts }: { readonly end: (exitCode: number) => void; readonly parts: Pick<Parts, 'onSignal'> },
): void {
  const run = async (command: () => Promise<number>): Promise<void> => {
    try {
      end(await command())
    } catch (error) {
      if (!(error instanceof AskError)) throw error
      const paint = painter(terminal.stderr, terminal.env)
      terminal.stderr.write(`${paint('red', 'error')}: ${error.message}\n`)
      end(exitCodes.failed)
    }
  }
  withAdmin(program.command('explain'))
    .description('what would happen to this request and why, and what would make it a hit')
    .argument('<URL>', 'http://example.com/path')
    .option('-H, --header <FIELD>', "a field of the request: 'Cookie: a=b'. Can be repeated.", collect)
    .option('-X, --method <METHOD>', 'its method (default: GET)')
    .option('--send', 'really ask for it, too')
    .action((url: string, flags: ExplainFlags) => run(() => explain(url, flags, terminal)))
    .addHelpText('after', explainExamples)
  withAdmin(program.command('purge'))
    .description('make pages invalid, in all threads and on all boxes')
    .argument('[URL...]', 'pages, with all their variants')
    .option('--tag <TAG>', 'all with this tag. Can be repeated.', collect)
    .option('--prefix <PREFIX>', 'all whose URL begins so. Can be repeated.', collect)
    .option('--pattern <RE>', 'all whose path and query match. Can be repeated.', collect)
    .option('--all', 'everything')
    .option('--hard', 'removed at once')
    .option('--soft', 'stale at once, served where that is allowed')
    .action((urls: string[], flags: PurgeFlags) => run(() => purge(urls, flags, terminal)))
    .addHelpText('after', purgeExamples)
  withAdmin(program.command('reload'))
    .description('read the configuration anew, as SIGHUP does')
    .action((flags: AdminFlags) => run(() => reload(flags, terminal)))
    .addHelpText('after', reloadExamples)
  withAdmin(program.command('top'))
    .description('live view of requests, pages and origins')
    .option('--once', 'one view, then end')
    .action((flags: TopFlags) => run(() => top(flags, terminal)))
    .addHelpText('after', topExamples)
  withAdmin(program.command('warm'))
    .description('fill the cache: ask for pages that are not fresh, while the origin has little to do')
    .argument('[URL...]', 'pages')
    .option('--sitemap <URL>', 'all pages of this sitemap, or of those in this index. Can be repeated.', collect)
    .option('--list <FILE>', 'all pages of this file, a URL on each line')
    .option('--popular <N>', 'so many of the pages that were asked for most in the last minutes')
    .option('--through <URL>', 'where Breakwater listens (default: what the admin listener says)')
    .option('--variant <FIELD>', "a variant of each page: 'Accept-Language: de'. Can be repeated.", collect)
    .option('--concurrency <N>', 'requests at a time (default: 2)')
    .option('--max <N>', 'at most so many pages (default: 50000)')
    .option('--dry-run', 'write the list of pages, ask for none')
    .action((urls: string[], flags: WarmFlags) => run(() => warm(urls, flags, { terminal, onSignal: parts.onSignal })))
    .addHelpText('after', warmExamples)
}

function withAdmin(command: Command): Command {
  return command
    .option('--admin <URL>', 'where the admin listener is (default: http://127.0.0.1:9090)')
    .option('--config <FILE>', 'take address and token from this configuration')
    .option('--json', 'write the answer as JSON')
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

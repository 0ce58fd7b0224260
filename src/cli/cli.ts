import { Command, CommanderError, Option } from 'commander'
import type { Declaration, Members } from '../config/declare.ts'
import { options } from '../config/options.ts'
import { packageVersion } from '../version.ts'
import { addAdminCommands } from './admin-commands.ts'
import { type AdviseFlags, advise, adviseExamples } from './advise.ts'
import { type BenchFlags, bench, benchExamples } from './bench.ts'
import { type CheckFlags, check } from './check.ts'
import { exitCodes } from './exit-codes.ts'
import { optionFlags, type ServeFlags } from './flags.ts'
import { type Parts, serve } from './serve.ts'
import { painter, type Terminal } from './terminal.ts'

const serveExamples = `
Examples:
  breakwater serve --origin http://127.0.0.1:8081
  breakwater serve --config config/breakwater.yaml --access-log combined
  breakwater serve --origin http://10.0.0.1 --origin http://10.0.0.2 --memory 1GiB --listen [::]:80
  breakwater serve                  without an origin: a slow demo site, to see the cache work

Flags override the file. Its options: docs/configuration.md`

const checkExamples = `
Examples:
  breakwater check config/breakwater.yaml
  breakwater check --print site.yaml      every option with the value in force
  breakwater check --json site.yaml       for editors and scripts`

/**
 * Runs one command line.
 *
 * @param args without the program's own name
 * @returns the exit code, when the command has ended
 */
export async function runCli(args: readonly string[], terminal: Terminal, parts: Parts): Promise<number> {
  let exitCode: number = exitCodes.stopped
  const program = createProgram(terminal, {
    serve: async (flags) => {
      exitCode = await serve(flags, terminal, parts)
    },
    check: async (file, flags) => {
      exitCode = await check(file, flags, terminal)
    },
    advise: async (files, flags) => {
      exitCode = await advise(files, flags, terminal)
    },
    bench: async (flags) => {
      exitCode = await bench(flags, terminal, { ...parts, version: packageVersion() })
    },
  })
  addAdminCommands(program, terminal, {
    parts,
    end(code) {
      exitCode = code
    },
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    // commander has written what is wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.stopped : exitCodes.usage
    throw error
  }
  return exitCode
}

interface Actions {
  serve(flags: ServeFlags): Promise<void>
  check(file: string, flags: CheckFlags): Promise<void>
  advise(files: readonly string[], flags: AdviseFlags): Promise<void>
  bench(flags: BenchFlags): Promise<void>
}

function createProgram(terminal: Terminal, actions: Actions): Command {
  const paint = painter(terminal.stderr, terminal.env)
  const program = new Command('breakwater')
    .description('A caching HTTP reverse proxy that lets one box survive a Slashdotting.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(`${paint('red', 'error')}${text.slice('error'.length)}`),
    })
    .showHelpAfterError('(--help says what there is)')
    .addHelpText('after', '\nA first look: breakwater serve --origin http://127.0.0.1:8081')

  const serveCommand = program.command('serve').description('run the proxy').action(actions.serve)
  serveCommand.option('--config <FILE>', 'configuration file (YAML or JSON); SIGHUP reads it anew')
  serveCommand.option('--watch', 'read it anew whenever it changes')
  for (const { flag, placeholder, path, isRepeatable } of optionFlags) {
    const option = new Option(`${flag} <${placeholder}>`, helpFor(path, isRepeatable))
    serveCommand.addOption(isRepeatable ? option.argParser(collect) : option)
  }
  serveCommand.addHelpText('after', serveExamples)

  program
    .command('check')
    .description('say all that is wrong with a configuration')
    .argument('<FILE>', 'configuration file (YAML or JSON)')
    .option('--json', 'write the result as JSON')
    .option('--print', 'write the effective configuration, defaults included')
    .action(actions.check)
    .addHelpText('after', checkExamples)

  program
    .command('advise')
    .description('predict from access logs or live traffic what a cache would do, and suggest a configuration')
    .argument(
      '[ACCESS_LOG...]',
      "Apache's, nginx's or Squid's access logs (common, combined, native, our JSON), plain or gzip",
    )
    .option('--live', 'in place of logs: what a running Breakwater has learned (`learn: on`)')
    .option('--admin <URL>', 'for --live: where its admin listener is (default: http://127.0.0.1:9090)')
    .option('--config <FILE>', 'predict for this configuration, too; for --live it says where the admin listener is')
    .option('--assume <DURATION>', 'how long pages are fresh where the configuration does not say (default: 60s)')
    .option('--check <URL>', 'ask the site itself whether suspected parameters change its pages')
    .option('--json', 'write the report as JSON')
    .action(actions.advise)
    .addHelpText('after', adviseExamples)

  program
    .command('bench')
    .description('would this site survive a Slashdotting? scenarios with verdicts, side by side')
    .option('--url <URL>', 'a site of your own, in place of the demo site')
    .option('--through <URL>', 'the cache that runs in front of it')
    .option('--yes', 'the site is mine, although it is not on this machine')
    .option('--quick', 'everything in less than a minute, with rougher figures')
    .option('--scenario <NAME>', 'only this one. Can be repeated.', collect)
    .option('--visitors <N>', 'visitors a second at the top of the wave (default: 2000; with --url 200)')
    .option('--peers', 'nginx, Varnish, Squid and Apache with the same rules beside it, as far as installed')
    .option('--json [FILE]', 'the results as JSON, to a file or standard output')
    .option('--report <FILE>', 'the results as one HTML file with charts')
    .option('--against <FILE>', 'compare with the JSON of an earlier run, fail when worse')
    .action(actions.bench)
    .addHelpText('after', benchExamples)
  return program
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

/** The option's sentence, what it takes and its default, from the declaration. */
function helpFor(path: readonly string[], isRepeatable: boolean): string {
  const declared = declarationAt(path)
  const repeat = isRepeatable ? ' Can be repeated.' : ''
  if (declared.kind !== 'option') return declared.summary + repeat
  const expected = declared.type.expected.replace(', or a list of such', '')
  return `${declared.summary}${repeat} (${expected}; default: ${String(declared.default)})`
}

function declarationAt([name, ...rest]: readonly string[], members: Members = options): Declaration {
  const member = members[name ?? '']
  if (member === undefined) throw new Error(`No option "${name}" is declared`)
  return rest.length > 0 && member.kind === 'group' ? declarationAt(rest, member.members) : member
}

import type { BenchSettings } from '../bench/settings.ts'
import { exitCodes } from './exit-codes.ts'
import type { Parts } from './serve.ts'
import { painter, type Terminal } from './terminal.ts'

/** What `bench` was told on the command line, as commander collects it. */
export interface BenchFlags {
  readonly url?: string
  readonly through?: string
  readonly yes?: boolean
  readonly quick?: boolean
  readonly peers?: boolean
  readonly scenario?: readonly string[]
  readonly visitors?: string
  /** `true`: to standard output. */
  readonly json?: string | true
  readonly report?: string
  readonly against?: string
}

export const benchExamples = `
Examples:
  breakwater bench                         the demo site: alone, and behind Breakwater; about seven minutes
  breakwater bench --quick --report r.html the same in less than a minute, drawn
  breakwater bench --scenario wave --visitors 5000 --peers
  breakwater bench --url http://127.0.0.1:8081/ --through http://127.0.0.1:8080/
  breakwater bench --json before.json      and after the change: breakwater bench --against before.json

Nothing leaves this machine, except with --url. Exit code 1: Breakwater failed a scenario, or is worse than in the earlier run.`

const visitorsDefault = { demo: 2_000, url: 200 } as const
const visitorsMax = 100_000

/** `breakwater bench`: runs until everything is measured, or a signal comes. @returns the exit code */
export async function bench(
  flags: BenchFlags,
  terminal: Terminal,
  parts: Parts & { readonly version: string },
): Promise<number> {
  const { stdout, stderr, env } = terminal
  const refuse = (why: string): number => {
    stderr.write(`${painter(stderr, env)('red', 'error')}: ${why}\n`)
    return exitCodes.usage
  }
  const settings = await settingsOf(flags)
  if (typeof settings === 'string') return refuse(settings)
  const aborting = new AbortController()
  const release = parts.onSignal(() => aborting.abort())
  try {
    const { benchCommand } = await import('../bench/bench-command.ts')
    const passed = await benchCommand({
      settings,
      files: { json: flags.json === true ? '-' : flags.json, report: flags.report, against: flags.against },
      version: parts.version,
      output: { stdout, stderr, paint: painter(stdout, env) },
      signal: aborting.signal,
    })
    return passed ? exitCodes.stopped : exitCodes.failed
  } catch (error) {
    if (aborting.signal.aborted) {
      stderr.write('breakwater: interrupted, everything that was started is ended\n')
      return 130
    }
    stderr.write(`breakwater: ${error instanceof Error ? error.message : error}\n`)
    return exitCodes.failed
  } finally {
    release()
  }
}

/** @returns what is wrong with the flags, or the settings */
async function settingsOf(flags: BenchFlags): Promise<BenchSettings | string> {
  const { notLocal } = await import('../bench/settings.ts')
  const { scenarios } = await import('../bench/scenarios/all.ts')
  const [url, through] = [siteUrl(flags.url), siteUrl(flags.through)]
  if (url === 'not a URL') return `--url ${flags.url}: expected a URL such as http://127.0.0.1:8081/`
  if (through === 'not a URL') return `--through ${flags.through}: expected a URL such as http://127.0.0.1:8080/`
  if (through !== undefined && url === undefined) return '--through needs --url, the site behind it'
  if (url !== undefined && flags.peers === true)
    return '--peers are started in front of the demo site only, without --url'
  const far = notLocal({ url, through })
  if (far !== undefined && flags.yes !== true) return far
  const names = scenarios.map(({ name }) => name)
  const unknown = flags.scenario?.find((name) => !names.includes(name))
  if (unknown !== undefined) return `--scenario ${unknown}: there are ${names.join(', ')}`
  const visitors = flags.visitors ?? String(visitorsDefault[url === undefined ? 'demo' : 'url'])
  const visitorsPerSecond = Number(visitors)
  if (!/^\d+$/.test(visitors) || visitorsPerSecond < 1 || visitorsPerSecond > visitorsMax) {
    return `--visitors ${visitors}: expected a whole number from 1 to ${visitorsMax}`
  }
  return {
    url,
    through,
    isQuick: flags.quick === true,
    peers: flags.peers === true,
    scenarios: flags.scenario ?? [],
    visitorsPerSecond,
  }
}

function siteUrl(text: string | undefined): URL | undefined | 'not a URL' {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : 'not a URL'
}

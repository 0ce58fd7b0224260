import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { OriginLoad } from '../warm/load-gate.ts'
import type { Variants } from '../warm/requests.ts'
import type { SiteClient } from '../warm/site-client.ts'
import { BROWSERS_ENCODING } from '../warm/user-agent.ts'
import type { WarmReport } from '../warm/warm.ts'
import { type AdminClient, type AdminFlags, AskError, openAdminClient, trafficAddress } from './admin-client.ts'
import { exitCodes } from './exit-codes.ts'
import type { Parts } from './serve.ts'
import type { Terminal } from './terminal.ts'
import { warmDisplay, warmText } from './warm-display.ts'

export interface WarmFlags extends AdminFlags {
  readonly sitemap?: readonly string[]
  readonly list?: string
  readonly popular?: string
  readonly through?: string
  readonly variant?: readonly string[]
  readonly concurrency?: string
  readonly max?: string
  readonly dryRun?: boolean
}

export const warmExamples = `
Examples:
  breakwater warm --sitemap https://example.com/sitemap.xml
  breakwater warm --popular 200 --dry-run > pages.txt     what is asked for most, to be warmed after a restart:
  breakwater warm --list pages.txt
  breakwater warm --sitemap http://example.com/sitemap.xml --variant 'Accept-Language: de' --variant 'Accept-Language: en'
  breakwater warm --through https://example.com --list pages.txt     as visitors come, by the TLS terminator

What is fresh stays as it is. It pauses while requests wait for the origin, or the origin is slow or fails. Only the address of
Breakwater is asked, whatever host a URL has.`

/** Without the admin listener, where Breakwater is by default. */
const DEFAULT_THROUGH = 'http://127.0.0.1:8080'
const PAUSED_MS_MAX = 2 * 60_000

interface Surroundings {
  readonly terminal: Terminal
  readonly onSignal: Parts['onSignal']
}

interface Chosen {
  readonly pages: readonly string[]
  readonly problems: readonly string[]
  readonly elsewhere: number
}

/** `breakwater warm`: until all pages have been asked for, or a signal comes. @throws AskError */
export async function warm(
  urls: readonly string[],
  flags: WarmFlags,
  { terminal, onSignal }: Surroundings,
): Promise<number> {
  const { sitemap = [], list, popular } = flags
  if (urls.length === 0 && sitemap.length === 0 && list === undefined && popular === undefined) {
    throw new AskError('say what: URLs, --sitemap, --list or --popular')
  }
  const [{ SiteClient }, { warmRequests }, engine] = await Promise.all([
    import('../warm/site-client.ts'),
    import('../warm/requests.ts'),
    import('../warm/warm.ts'),
  ])
  const concurrency = wholeNumber('--concurrency', flags.concurrency ?? '2', 64)
  const variants = variantsOf(flags.variant ?? [])
  const admin = await reachableAdmin(flags, terminal)
  const client = new SiteClient(await throughOf(flags, admin))
  const aborting = new AbortController()
  const release = onSignal((signal) => (signal === 'SIGINT' || signal === 'SIGTERM' ? aborting.abort() : undefined))
  const display = warmDisplay(terminal)
  try {
    const chosen = await choose(urls, flags, { client, admin, signal: aborting.signal })
    for (const problem of chosen.problems) terminal.stderr.write(`breakwater: left out: ${problem}\n`)
    if (flags.dryRun === true) return listed(chosen, flags, terminal)
    const report = await engine.warm(
      warmRequests(chosen.pages, variants),
      {
        ask: (request, options) => client.ask(request, options),
        origins: () => originsOf(admin),
        wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
        now: () => performance.now(),
        onProgress: (progress) => display.show(progress),
      },
      { concurrency, pausedMsMax: PAUSED_MS_MAX, signal: aborting.signal },
    )
    display.done()
    return ended(report, chosen, { flags, terminal, isInterrupted: aborting.signal.aborted })
  } finally {
    display.done()
    release()
    client.close()
  }
}

interface Means {
  readonly client: SiteClient
  readonly admin: AdminClient | undefined
  readonly signal: AbortSignal
}

async function choose(urls: readonly string[], flags: WarmFlags, { client, admin, signal }: Means): Promise<Chosen> {
  const { isPage, walkSitemaps } = await import('../warm/walk-sitemaps.ts')
  const { pagesOfList } = await import('../warm/requests.ts')
  const { SITEMAP_URLS_MAX } = await import('../warm/sitemap.ts')
  const pagesMax = wholeNumber('--max', flags.max ?? String(SITEMAP_URLS_MAX), 10_000_000)
  const starts = flags.sitemap ?? []
  const wrong = [...urls, ...starts].find((url) => !isPage(url))
  if (wrong !== undefined) throw new AskError(`not a URL such as http://example.com/: ${wrong}`)
  const walked = await walkSitemaps(client, starts, { pagesMax, signal })
  const inList = flags.list === undefined ? [] : pagesOfList(await textOf(flags.list))
  const popular = flags.popular === undefined ? [] : await popularPages(flags.popular, admin)
  const all = [...new Set([...urls, ...popular, ...inList, ...walked.pages])]
  const pages = all.filter(isPage)
  const noPages = all.length - pages.length
  const more = [
    ...(noPages > 0 ? [`${noPages} lines of the list that are no URLs`] : []),
    ...(pages.length > pagesMax ? [`${pages.length - pagesMax} pages more than --max ${pagesMax}`] : []),
  ]
  return {
    pages: pages.slice(0, pagesMax),
    problems: [...walked.problems, ...more],
    elsewhere: walked.elsewhere,
  }
}

function listed({ pages, problems }: Chosen, { json }: WarmFlags, { stdout }: Terminal): number {
  stdout.write(json === true ? `${JSON.stringify({ pages }, undefined, 2)}\n` : pages.map((url) => `${url}\n`).join(''))
  return problems.length > 0 ? exitCodes.failed : exitCodes.stopped
}

interface End {
  readonly flags: WarmFlags
  readonly terminal: Terminal
  readonly isInterrupted: boolean
}

function ended(report: WarmReport, chosen: Chosen, { flags, terminal, isInterrupted }: End): number {
  const { problems, elsewhere } = chosen
  const json = (): string => `${JSON.stringify({ ...report, elsewhere, problems }, undefined, 2)}\n`
  terminal.stdout.write(flags.json === true ? json() : warmText(report, elsewhere))
  if (isInterrupted) return 130
  return report.failures > 0 || report.left > 0 || problems.length > 0 ? exitCodes.failed : exitCodes.stopped
}

/** Undefined where there is none and nothing needs it: then only the answers show how the origin is. */
async function reachableAdmin(flags: WarmFlags, terminal: Terminal): Promise<AdminClient | undefined> {
  const client = await openAdminClient(flags, terminal)
  try {
    await trafficAddress(client)
    return client
  } catch (error) {
    const isWanted = flags.admin !== undefined || flags.config !== undefined || flags.popular !== undefined
    if (isWanted || !(error instanceof AskError)) throw error
    terminal.stderr.write(`breakwater: nobody at ${client.url} says how the origin is: going by its answers alone\n`)
    return undefined
  }
}

async function throughOf({ through }: WarmFlags, admin: AdminClient | undefined): Promise<string> {
  if (through === undefined) return admin === undefined ? DEFAULT_THROUGH : trafficAddress(admin)
  if (/^https?:\/\/[^/?#@\s]+\/?$/.test(through) && URL.canParse(through)) return through
  throw new AskError(`--through: not a URL without path such as ${DEFAULT_THROUGH}: ${through}`)
}

async function originsOf(admin: AdminClient | undefined): Promise<readonly OriginLoad[] | undefined> {
  if (admin === undefined) return undefined
  const { originsAnswer } = await import('../admin/routes/origins.ts')
  try {
    return (await admin.get('/api/origins', originsAnswer)).origins
  } catch (error) {
    // It may be restarting; the answers show the rest.
    if (error instanceof AskError) return undefined
    throw error
  }
}

async function popularPages(text: string, admin: AdminClient | undefined): Promise<readonly string[]> {
  const limit = wholeNumber('--popular', text, 500)
  const { pagesAnswer } = await import('../admin/routes/traffic.ts')
  const pages = await admin?.get(`/api/pages?limit=${limit}`, pagesAnswer)
  return pages?.traffic.map(({ url }) => url) ?? []
}

/** Values of one field are alternatives, different fields go together. */
function variantsOf(lines: readonly string[]): Variants {
  const variants: Record<string, string[]> = { 'Accept-Encoding': [] }
  for (const line of lines) {
    const [, name, value] = /^([A-Za-z0-9-]+):\s*([\x20-\x7e]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) {
      throw new AskError(`--variant: not a field such as 'Accept-Language: de': ${line}`)
    }
    const known = Object.keys(variants).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name
    variants[known] = [...(variants[known] ?? []), value]
  }
  const encodings = variants['Accept-Encoding'] ?? []
  return { ...variants, 'Accept-Encoding': encodings.length === 0 ? [BROWSERS_ENCODING] : encodings }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new AskError(`--list: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function wholeNumber(flag: string, text: string, max: number): number {
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && number >= 1 && number <= max) return number
  throw new AskError(`${flag} ${text}: expected a whole number from 1 to ${max}`)
}

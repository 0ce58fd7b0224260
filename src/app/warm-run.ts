import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { WarmConfig } from '../config/config.ts'
import type { AskedRequest } from '../control/asked-request.ts'
import type { Threads } from '../control/threads.ts'
import { mergedPages } from '../metrics/pages.ts'
import type { OriginLoad } from '../warm/load-gate.ts'
import { pagesOfList, warmRequests } from '../warm/requests.ts'
import { SiteClient } from '../warm/site-client.ts'
import { SITEMAP_URLS_MAX } from '../warm/sitemap.ts'
import { BROWSERS_ENCODING } from '../warm/user-agent.ts'
import { isPage, type WalkedSitemaps, walkSitemaps } from '../warm/walk-sitemaps.ts'
import { type WarmReport, warm } from '../warm/warm.ts'

/** What a run follows. */
export type Occasion = WarmConfig['after'][number]

export interface RunParts {
  readonly threads: Threads
  /** Where Breakwater listens: `http://127.0.0.1:8080`. */
  readonly address: string
  readonly settings: WarmConfig
  readonly signal: AbortSignal
}

export interface WarmRun {
  readonly report: WarmReport
  /** What could not be used, and why. */
  readonly problems: readonly string[]
}

type Chosen = { readonly pages: readonly string[]; readonly problems: readonly string[] }

/** Between two looks at origins of which none is well. */
const LOOK_MS = 2_000
/** Sitemaps of which none can be read are tried again, each time after twice as long as before: four minutes in all. */
const SITEMAP_TRIES_MAX = 8
const PAUSED_MS_MAX = 2 * 60_000
/** Of the pages that are counted: a page that is often asked for may still be no hit. */
const COUNTED_MAX = 500

/** Warms what is to be warmed on this occasion. @returns undefined where there was nothing to do, or it was told to stop before */
export async function runWarming(occasion: Occasion, parts: RunParts): Promise<WarmRun | undefined> {
  const { threads, address, settings, signal } = parts
  const client = new SiteClient(address)
  try {
    await untilOriginIsWell(threads, signal)
    const { pages, problems } = await (occasion === 'start' ? pagesOfStart(client, parts) : stalePages(parts))
    if (signal.aborted || (pages.length === 0 && problems.length === 0)) return undefined
    const report = await warm(
      warmRequests(pages, { 'Accept-Encoding': [BROWSERS_ENCODING] }),
      {
        ask: (request, options) => client.ask(request, options),
        origins: () => originLoads(threads),
        wait: (ms, stopped) => setTimeout(ms, undefined, { signal: stopped, ref: false }),
        now: () => performance.now(),
        onProgress: () => {},
      },
      { concurrency: settings.concurrency, pausedMsMax: PAUSED_MS_MAX, signal },
    )
    return { report, problems }
  } finally {
    client.close()
  }
}

async function pagesOfStart(client: SiteClient, parts: RunParts): Promise<Chosen> {
  const walked = await reachedSitemaps(client, parts)
  const listed = await linesOf(parts.settings.list)
  const pages = [...new Set([...listed.pages, ...walked.pages])]
  return { pages: pages.filter(isPage), problems: [...walked.problems, ...listed.problems] }
}

/** An origin that nobody has asked yet counts as well, and may be started after this program. */
async function reachedSitemaps(client: SiteClient, { settings, signal }: RunParts): Promise<WalkedSitemaps> {
  for (let tries = 1; ; tries++) {
    const walked = await walkSitemaps(client, settings.sitemaps, { pagesMax: SITEMAP_URLS_MAX, signal })
    const isReached = walked.pages.length > 0 || walked.problems.length === 0
    if (isReached || tries === SITEMAP_TRIES_MAX || signal.aborted) return walked
    // Not until an origin is well: one that is held down is known to be well again by being asked, and perhaps nobody else asks.
    await pause(LOOK_MS * 2 ** (tries - 1), signal)
  }
}

async function linesOf(file: string | undefined): Promise<Chosen> {
  if (file === undefined) return { pages: [], problems: [] }
  try {
    const pages = pagesOfList(await readFile(file, 'utf8'))
    const wrong = pages.filter((line) => !isPage(line)).length
    return { pages, problems: wrong === 0 ? [] : [`${file}: ${wrong} lines that are no URLs`] }
  } catch (error) {
    return { pages: [], problems: [error instanceof Error ? error.message : String(error)] }
  }
}

/**
 * The pages that were hits most often lately and are not fresh any more. Hits show that a page is the answer to a GET and may be
 * stored; that the warmer asks for a page makes it a miss, and so no more popular.
 */
async function stalePages({ threads, settings, signal }: RunParts): Promise<Chosen> {
  const { answers } = await threads.ask('pages', { limit: COUNTED_MAX })
  const { traffic } = mergedPages(
    answers.map(({ answer }) => answer),
    COUNTED_MAX,
  )
  const popular = traffic
    .filter(({ url, hits }) => hits > 0 && isPage(url))
    .sort((one, other) => other.hits - one.hits)
    .slice(0, settings.popular)
  const pages: string[] = []
  for (const { url } of popular) {
    if (signal.aborted) break
    if (!(await isFresh(threads, url))) pages.push(url)
  }
  return { pages, problems: [] }
}

/** Whether all that is stored for a page, wherever it is in memory, is fresh. */
async function isFresh(threads: Threads, url: string): Promise<boolean> {
  const { answers } = await threads.ask('storedFor', asked(url))
  const variants = answers.flatMap(({ answer }) => answer.variants)
  const fresh = variants.filter((one) => !one.invalidated && one.ageSeconds < one.lifetimeSeconds)
  return variants.length > 0 && fresh.length === variants.length
}

function asked(url: string): AskedRequest {
  const { protocol, host, pathname, search } = new URL(url)
  const scheme = protocol === 'https:' ? 'https' : 'http'
  return { method: 'GET', scheme, authority: host, target: pathname + search, fields: [] }
}

/** Each as each thread sees it. */
async function originLoads(threads: Threads): Promise<readonly OriginLoad[]> {
  const { answers } = await threads.ask('snapshot', undefined)
  return answers.flatMap(({ answer }) => answer.origins)
}

async function untilOriginIsWell(threads: Threads, signal: AbortSignal): Promise<void> {
  const isWell = ({ condition }: OriginLoad): boolean => condition === 'up' || condition === 'slow-start'
  while (!signal.aborted && !(await originLoads(threads)).some(isWell)) {
    await pause(LOOK_MS, signal)
  }
}

/** Until then, or until it is told to stop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal, ref: false }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

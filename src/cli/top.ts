import { setTimeout } from 'node:timers/promises'
import type { z } from 'zod'
import type { originsAnswer } from '../admin/routes/origins.ts'
import type { statusAnswer } from '../admin/routes/status.ts'
import type { pagesAnswer, trafficAnswer } from '../admin/routes/traffic.ts'
import { formatSize } from '../units.ts'
import { type AdminClient, type AdminFlags, openAdminClient } from './admin-client.ts'
import { exitCodes } from './exit-codes.ts'
import { painter, type Terminal } from './terminal.ts'

export interface TopFlags extends AdminFlags {
  readonly once?: boolean
}

export const topExamples = `
Examples:
  breakwater top                       every second, until Ctrl-C
  breakwater top --once                one view, for a script or a report
  breakwater top --once --json
  breakwater top | tee today.log       no terminal: a line a second`

interface View {
  readonly status: z.infer<typeof statusAnswer>
  readonly traffic: z.infer<typeof trafficAnswer>
  readonly pages: z.infer<typeof pagesAnswer>
  readonly origins: z.infer<typeof originsAnswer>
}

const EVERY_MS = 1_000
const CLEAR = '\x1b[H\x1b[2J'

/** `breakwater top`: what happens now. Ends by Ctrl-C, which ends the process. */
export async function top(flags: TopFlags, terminal: Terminal): Promise<number> {
  const client = await openAdminClient(flags, terminal)
  const { stdout } = terminal
  for (;;) {
    const view = await look(client)
    if (flags.json === true) stdout.write(`${JSON.stringify(view)}\n`)
    else if (flags.once === true) stdout.write(viewText(view, terminal))
    else if (stdout.isTTY === true) stdout.write(CLEAR + viewText(view, terminal))
    else stdout.write(lineText(view))
    if (flags.once === true) return exitCodes.stopped
    await setTimeout(EVERY_MS)
  }
}

async function look(client: AdminClient): Promise<View> {
  const { statusAnswer } = await import('../admin/routes/status.ts')
  const { pagesAnswer, trafficAnswer } = await import('../admin/routes/traffic.ts')
  const { originsAnswer } = await import('../admin/routes/origins.ts')
  const [status, traffic, pages, origins] = await Promise.all([
    client.get('/api/status', statusAnswer),
    client.get('/api/traffic?seconds=10', trafficAnswer),
    client.get('/api/pages?limit=8', pagesAnswer),
    client.get('/api/origins', originsAnswer),
  ])
  return { status, traffic, pages, origins }
}

/** Requests a second over the last seconds, and what part of them came from the cache. */
function rates({ traffic: { seconds } }: View): {
  readonly perSecond: number
  readonly hits: string
  readonly p99: string
} {
  const sum = (of: (one: (typeof seconds)[number]) => number): number =>
    seconds.reduce((total, one) => total + of(one), 0)
  const all = sum(({ outcomes }) => Object.values(outcomes).reduce((total, count) => total + count, 0))
  const hits = sum(({ outcomes }) => outcomes.hit + outcomes.stale + outcomes.revalidated)
  const slowest = Math.max(...seconds.map(({ p99Ms }) => p99Ms ?? 0))
  return {
    perSecond: seconds.length === 0 ? 0 : all / seconds.length,
    hits: all === 0 ? '–' : `${((hits / all) * 100).toFixed(1)} %`,
    p99: all === 0 ? '–' : `${slowest.toFixed(slowest < 10 ? 1 : 0)} ms`,
  }
}

function lineText(view: View): string {
  const { perSecond, hits, p99 } = rates(view)
  const { memory, connections } = view.status
  const sick = view.origins.origins.filter(({ condition }) => condition !== 'up').map(({ origin }) => origin)
  return `${new Date().toISOString()} ${perSecond.toFixed(1)}/s hits ${hits} p99 ${p99} connections ${connections} memory ${formatSize(memory.bytes)} origins ${sick.length === 0 ? 'up' : `not up: ${sick.join(', ')}`}\n`
}

function viewText(view: View, { stdout, env }: Terminal): string {
  const paint = painter(stdout, env)
  const { status, pages, origins } = view
  const { perSecond, hits, p99 } = rates(view)
  const { memory } = status
  const title = (text: string): string => `\n${paint('bold', text)}\n`
  return [
    `${paint('bold', 'Breakwater')} ${status.version}, up ${status.uptimeSeconds} s${status.draining ? ', draining' : ''}, ${status.listen.join(' ')}\n`,
    `${perSecond.toFixed(1)} requests/s, ${hits} from the cache, p99 ${p99} (last 10 s); ${status.connections} connections\n`,
    `memory ${formatSize(memory.bytes)} of ${formatSize(memory.bytesMax)}, ${memory.keys} pages, ${memory.evicted} evicted; ${status.flights} upstream\n`,
    title('Origins'),
    ...origins.origins.map(({ origin, condition, active, waiting, latencyMs }) => {
      const state = paint(condition === 'up' ? 'green' : 'red', condition)
      return `  ${origin}  ${state}  ${active} under way, ${waiting} waiting${latencyMs === null ? '' : `, ${latencyMs.toFixed(0)} ms`}\n`
    }),
    title('Pages by traffic'),
    ...pages.traffic.map(
      ({ url, requests, hits: own }) => `${count(requests)} ${percent(own / requests)}  ${shown(url)}\n`,
    ),
    title('Misses, and why'),
    ...pages.misses.map(
      ({ url, misses, reasons }) =>
        `${count(misses)}  ${shown(url)}  ${paint('dim', Object.keys(reasons).join(', '))}\n`,
    ),
    title('Slow at the origin'),
    ...pages.slow.map(({ url, waitedMs, requests }) => `${count(Math.round(waitedMs / requests))} ms  ${shown(url)}\n`),
    ...status.unanswered.map(({ thread, why }) => paint('red', `thread ${thread} gave no answer: ${why}\n`)),
  ].join('')
}

function count(number: number): string {
  return String(number).padStart(8)
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`.padStart(5)
}

/** A URL came from a client: nothing in it may drive the terminal. */
function shown(url: string): string {
  const plain = url.replace(/[^\x20-\x7e]/g, '?')
  return plain.length > 100 ? `${plain.slice(0, 99)}…` : plain
}

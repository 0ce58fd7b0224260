import type { z } from 'zod'
import type { explainAnswer } from '../admin/routes/orders.ts'
import { type AdminFlags, AskError, openAdminClient, trafficAddress } from './admin-client.ts'
import { exitCodes } from './exit-codes.ts'
import { painter, type Terminal } from './terminal.ts'

export interface ExplainFlags extends AdminFlags {
  readonly header?: readonly string[]
  readonly method?: string
  readonly send?: boolean
}

export const explainExamples = `
Examples:
  breakwater explain http://example.com/
  breakwater explain http://example.com/cart -H 'Cookie: session=1' -H 'Accept-Encoding: br'
  breakwater explain --send http://example.com/     asks the proxy for it, too: what Cache-Status says now
  breakwater explain --json --config site.yaml http://example.com/

Nothing is sent to the origin unless --send is given.`

/** `breakwater explain URL`: what would happen to this request and why, and what would make it a hit. */
export async function explain(url: string, flags: ExplainFlags, terminal: Terminal): Promise<number> {
  const fields = (flags.header ?? []).map(fieldOf)
  const method = flags.method ?? 'GET'
  const client = await openAdminClient(flags, terminal)
  const { explainAnswer } = await import('../admin/routes/orders.ts')
  const explained = await client.post('/api/explain', { url, method, fields }, explainAnswer)
  const sent =
    flags.send === true ? await send(url, { method, fields, listen: await trafficAddress(client) }) : undefined
  if (flags.json === true) {
    terminal.stdout.write(`${JSON.stringify({ ...explained, ...(sent && { sent }) }, undefined, 2)}\n`)
    return exitCodes.stopped
  }
  terminal.stdout.write(explanationText(explained, terminal))
  if (sent !== undefined)
    terminal.stdout.write(`  sent       ${sent.status}  Cache-Status: ${sent.cacheStatus ?? 'none'}\n`)
  return exitCodes.stopped
}

function fieldOf(text: string): { name: string; value: string } {
  const colon = text.indexOf(':')
  if (colon < 1) throw new AskError(`-H: not a field such as 'Cookie: a=b': ${text}`)
  return { name: text.slice(0, colon).trim(), value: text.slice(colon + 1).trim() }
}

function explanationText(explained: z.infer<typeof explainAnswer>, { stdout, env }: Terminal): string {
  const paint = painter(stdout, env)
  const isServed = explained.outcome === 'hit' || explained.outcome === 'stale'
  const [first] = explained.threads
  const lines = [
    ['', `${paint(isServed ? 'green' : 'yellow', explained.outcome)}: ${explained.why}`],
    ['to a hit', explained.change ?? undefined],
    ['rule', first?.rule ?? 'none, the top level of the configuration decides'],
    ['key', first?.key ?? undefined],
    ['varies by', first !== undefined && first.selecting.length > 0 ? first.selecting.join(', ') : undefined],
    ['lately', explained.lately.length > 0 ? `no hit because of ${explained.lately.join(', ')}` : undefined],
    ...explained.threads.map((one): [string, string] => [`thread ${one.thread}`, threadText(one)]),
    ...explained.unanswered.map(({ thread, why }): [string, string] => [`thread ${thread}`, `no answer: ${why}`]),
  ] satisfies [string, string | undefined][]
  return lines
    .map(([name, text]) => (text === undefined ? '' : `${name === '' ? '' : `  ${name.padEnd(11)}`}${text}\n`))
    .join('')
}

function threadText({
  kind,
  found,
  reason,
  stored,
  variants,
}: z.infer<typeof explainAnswer>['threads'][number]): string {
  const word = found ?? kind
  const more = reason === null ? '' : ` (${reason})`
  if (stored === null) return `${word}${more}, ${variants} variants stored`
  return `${word}${more}, status ${stored.status}, age ${stored.ageSeconds} s of ${stored.lifetimeSeconds} s`
}

interface Sending {
  readonly method: string
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  readonly listen: string
}

/** Really asks the proxy, as a client of that site would. */
async function send(
  url: string,
  { method, fields, listen }: Sending,
): Promise<{ status: number; cacheStatus: string | undefined }> {
  const { request } = await import('node:http')
  const { host, pathname, search } = new URL(url)
  const headers = ['Host', host, ...fields.flatMap(({ name, value }) => [name, value])]
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(pathname + search, listen),
      { method, headers, setDefaultHeaders: false },
      (response) => {
        response.resume()
        const found = response.headers['cache-status']
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, cacheStatus: Array.isArray(found) ? found.join(', ') : found }),
        )
        response.on('error', reject)
      },
    )
    asked.on('error', (error) => reject(new AskError(`${listen} does not answer: ${error.message}`)))
    asked.end()
  })
}

import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Confirmation } from './report.ts'
import type { NameSeen } from './survey.ts'

/** The most that one question may cost the site. */
const PARAMETERS_MAX = 8
const PAUSE_MS = 250
const TIMEOUT_MS = 10_000
const BODY_BYTES_MAX = 4 * 1024 * 1024

/**
 * Asks the live site for a page with and without a parameter, three requests for each of a few parameters, one after the
 * other with pauses. Only GET, without cookies.
 *
 * @param base `http://127.0.0.1:8081`, to which the targets of the log are added
 */
export async function confirmNoise(base: string, suspects: readonly NameSeen[]): Promise<Confirmation[]> {
  const confirmed: Confirmation[] = []
  for (const { name, example } of suspects.slice(0, PARAMETERS_MAX)) {
    try {
      const bare = withoutParameter(example, name)
      const pages: string[] = []
      for (const target of [bare, example, bare]) {
        if (confirmed.length + pages.length > 0) await wait(PAUSE_MS)
        pages.push(await fingerprint(base + target))
      }
      confirmed.push({ name, ...verdict(pages) })
    } catch (error) {
      confirmed.push({
        name,
        verdict: 'cannot be told',
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  }
  return confirmed
}

function verdict([first, withIt, second]: readonly string[]): Omit<Confirmation, 'name'> {
  if (first !== second) return { verdict: 'cannot be told', reason: 'the page is another one each time' }
  if (first === withIt) return { verdict: 'noise', reason: 'the page is the same without it' }
  return { verdict: 'changes the page', reason: 'the page is another one without it' }
}

function withoutParameter(target: string, name: string): string {
  const start = target.indexOf('?')
  if (start === -1) return target
  const kept = target
    .slice(start + 1)
    .split('&')
    .filter((parameter) => parameter.split('=', 1)[0] !== name)
  return kept.length === 0 ? target.slice(0, start) : `${target.slice(0, start)}?${kept.join('&')}`
}

/** Status and body of a page, as one text to compare. */
async function fingerprint(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
  const hash = createHash('sha256').update(String(response.status))
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > BODY_BYTES_MAX) throw new Error(`the page is larger than ${BODY_BYTES_MAX} bytes`)
    hash.update(piece)
  }
  return hash.digest('hex')
}

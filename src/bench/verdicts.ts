import type { SecondPoint, Verdict } from './results.ts'
import { amount, milliseconds, rate, share } from './words.ts'

/** What any run has to show. */
export interface Served {
  readonly offered: number
  readonly served: number
  readonly p99Ms: number
  /** What the client suffered from; a run that fails with it is unclear. */
  readonly clientLimit: string | undefined
}

function judge(clientLimit: string | undefined, holds: boolean, sentence: string): Verdict {
  if (holds) return { outcome: 'passed', sentence }
  if (clientLimit === undefined) return { outcome: 'failed', sentence }
  return { outcome: 'unclear', sentence: `${sentence} But the client was the limit: ${clientLimit}.` }
}

const servedShare = ({ offered, served }: Served): number => (offered === 0 ? 0 : served / offered)
/** A visitor in a thousand may be lost to the network of a bad day. */
const enoughServed = (served: Served): boolean => servedShare(served) >= 0.999

/** A site has collapsed when so many seconds in a row were bad: a tenth not served, or one in a hundred waiting so long. */
const collapse = { seconds: 3, oneFailedIn: 10, p99Ms: 2_000 } as const

/** @returns the second in which it collapsed, undefined when it never did */
export function collapseIn(points: readonly SecondPoint[]): SecondPoint | undefined {
  let bad = 0
  for (const [i, point] of points.entries()) {
    const isBad =
      point.offered > 0 && (point.failed * collapse.oneFailedIn > point.offered || point.p99Ms > collapse.p99Ms)
    bad = isBad ? bad + 1 : 0
    if (bad === collapse.seconds) return points[i - collapse.seconds + 1]
  }
  return undefined
}

export interface WaveFacts extends Served {
  readonly collapsedAt: number | undefined
  readonly peakPerSecond: number
  /** At the top third of the wave. */
  readonly peakP99Ms: number
  /** Over the run; undefined where the site cannot be counted. */
  readonly sitePerSecond: number | undefined
}

export function judgeWave(facts: WaveFacts): Verdict {
  const { collapsedAt: at, peakPerSecond, peakP99Ms, sitePerSecond } = facts
  const site = sitePerSecond === undefined ? '' : `; the site saw ${rate(sitePerSecond)} requests/s`
  if (at !== undefined) {
    const sentence = `Collapsed at ${amount(at)} visitors/s; ${share(servedShare(facts))} of all visitors were served${site}.`
    return judge(facts.clientLimit, false, sentence)
  }
  const holds = enoughServed(facts) && peakP99Ms < 1_000
  const sentence = `${holds ? 'Carried' : 'Did not carry'} ${amount(peakPerSecond)} visitors/s, p99 ${milliseconds(peakP99Ms)} at the top; ${share(servedShare(facts))} were served${site}.`
  return judge(facts.clientLimit, holds, sentence)
}

export interface HerdFacts extends Served {
  readonly siteRequests: number | undefined
  readonly slowestMs: number
}

export function judgeHerd(facts: HerdFacts): Verdict {
  const { offered, served, siteRequests, slowestMs, clientLimit } = facts
  const site = siteRequests === undefined ? '' : `; the site saw ${requests(siteRequests)}`
  const sentence = `${amount(served)} of ${amount(offered)} visitors who came in one moment got the page, the last after ${milliseconds(slowestMs)}${site}.`
  // A cache that asks once may still have to ask again for another coding of the same page.
  return judge(clientLimit, served === offered && (siteRequests ?? 0) <= 2 && slowestMs < 2_000, sentence)
}

export interface ExpiryFacts extends Served {
  readonly siteRequests: number
  /** How often the story went stale. */
  readonly expiries: number
  /** How many of the visitors waited as long as the site needs for a page. */
  readonly waited: number
}

export function judgeExpiry(facts: ExpiryFacts): Verdict {
  const { siteRequests, expiries, waited, p99Ms, clientLimit } = facts
  const sentence = `The story went stale ${times(expiries)} under load and the site was asked ${times(siteRequests)}; ${amount(waited)} visitors waited for it, p99 ${milliseconds(p99Ms)}.`
  const holds = enoughServed(facts) && siteRequests <= 2 * expiries + 2 && waited <= facts.offered / 1000
  return judge(clientLimit, holds, sentence)
}

export interface PurgeFacts extends Served {
  readonly comments: number
  /** Comments that the cache did not see, so that it was told. */
  readonly purges: number
  /** How it answered to being told, when it did not do it. */
  readonly refusal: string | undefined
  /** Pages that were asked for after a comment was accepted and did not show it. */
  readonly outdated: number
  readonly siteRequests: number
}

export function judgePurge(facts: PurgeFacts): Verdict {
  const { comments, purges, refusal, outdated, siteRequests, clientLimit } = facts
  const told = refusal === undefined ? `${amount(purges)} of them told by PURGE` : `PURGE was answered with ${refusal}`
  const sentence = `${amount(comments)} comments were left under load, ${told}; ${amount(outdated)} visitors who came later did not see them, ${share(servedShare(facts))} were served, and the site saw ${requests(siteRequests)} for them.`
  // The POST itself, and for each coding of the page one request that fills the cache again.
  const holds = enoughServed(facts) && refusal === undefined && outdated === 0 && siteRequests <= comments * 4 + 2
  return judge(clientLimit, holds, sentence)
}

export interface OutageFacts extends Served {
  readonly servedWhileDown: number
  readonly offeredWhileDown: number
  /** From its return to the first request that reached it; undefined: none did. */
  readonly backAfterMs: number | undefined
}

export function judgeSiteOutage(facts: OutageFacts): Verdict {
  const { servedWhileDown, offeredWhileDown, backAfterMs, clientLimit } = facts
  const back =
    backAfterMs === undefined ? 'it was not asked again' : `it was asked again after ${milliseconds(backAfterMs)}`
  const sentence = `While the site was dead ${share(servedWhileDown / offeredWhileDown)} of ${amount(offeredWhileDown)} visitors were served; when it was back, ${back}.`
  const holds = servedWhileDown >= offeredWhileDown * 0.999 && enoughServed(facts) && backAfterMs !== undefined
  return judge(clientLimit, holds, sentence)
}

export interface TierOutageFacts extends OutageFacts {
  /** Of those due while it was down, with what was under way when it died. */
  readonly p99WhileDownMs: number
}

export function judgeTierOutage(facts: TierOutageFacts): Verdict {
  const { servedWhileDown, offeredWhileDown, backAfterMs, p99WhileDownMs, clientLimit } = facts
  const back =
    backAfterMs === undefined ? 'it was not used again' : `it was used again after ${milliseconds(backAfterMs)}`
  const sentence = `While it was dead ${share(servedWhileDown / offeredWhileDown)} of ${amount(offeredWhileDown)} visitors were served, p99 ${milliseconds(p99WhileDownMs)}; when it was back, ${back}.`
  const holds = servedWhileDown >= offeredWhileDown * 0.999 && p99WhileDownMs < 1_000 && backAfterMs !== undefined
  return judge(clientLimit, holds && enoughServed(facts), sentence)
}

export interface BesidesFacts extends Served {
  /** What went on beside the visitors: "4,500 requests with random queries (62 of them answered)". */
  readonly besides: string
  readonly memoryGrowthMiB: number | undefined
  readonly memoryGrowthMaxMiB: number
}

/** Usual visitors have to be well whatever others do beside them. */
export function judgeBesides(facts: BesidesFacts): Verdict {
  const { besides, p99Ms, memoryGrowthMiB, clientLimit } = facts
  const memory = memoryGrowthMiB === undefined ? '' : `; memory grew by ${amount(Math.max(0, memoryGrowthMiB))} MiB`
  const sentence = `Beside ${besides}, ${share(servedShare(facts))} of the usual visitors were served, p99 ${milliseconds(p99Ms)}${memory}.`
  const holds = enoughServed(facts) && p99Ms < 1_000 && (memoryGrowthMiB ?? 0) <= facts.memoryGrowthMaxMiB
  return judge(clientLimit, holds, sentence)
}

export interface LoggedInFacts extends Served {
  readonly strangers: number
  readonly example: string | undefined
  /** Pages with the name of who asked for them: without any, nothing was tested. */
  readonly ownPages: number
  readonly pages: number
}

export function judgeLoggedIn(facts: LoggedInFacts): Verdict {
  const { strangers, example, ownPages, pages, clientLimit } = facts
  // Never unclear: a page in the wrong hands is one, however slow the client was.
  if (strangers > 0) {
    return {
      outcome: 'failed',
      sentence: `${strangers === 1 ? 'One page was' : `${amount(strangers)} pages were`} in the wrong hands: ${example}.`,
    }
  }
  const sentence = `${amount(pages)} pages were looked into, ${amount(ownPages)} of them personal: none was in the wrong hands; ${share(servedShare(facts))} of the visitors were served.`
  return judge(clientLimit, ownPages > 0 && servedShare(facts) >= 0.99, sentence)
}

export interface CeilingFacts {
  readonly generator: string
  readonly perSecond: number
  readonly errors: number
  readonly requests: number
  readonly clientLimit: string | undefined
}

export function judgeCeiling({ generator, perSecond, errors, requests: all, clientLimit }: CeilingFacts): Verdict {
  const limit = clientLimit === undefined ? '' : ` The client was the limit: ${clientLimit}.`
  const sentence = `At most ${amount(perSecond)} requests/s (${generator}, closed loop), ${amount(errors)} errors.${limit}`
  return { outcome: all > 0 && errors <= all / 1000 ? 'passed' : 'failed', sentence }
}

function requests(count: number): string {
  return count === 1 ? 'one request' : `${amount(count)} requests`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${amount(count)} times`
}

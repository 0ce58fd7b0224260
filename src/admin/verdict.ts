import { unreachable } from '../errors.ts'
import type { Explanation, LookedUp, StoredView } from '../proxy/explain.ts'
import { adviceFor } from './advice.ts'

/** What all threads together say of a request. */
export interface Verdict {
  /** The outcome that `Cache-Status` would show, as far as it can be told without asking the origin. */
  readonly outcome: 'hit' | 'stale' | 'revalidated' | 'miss' | 'pass' | 'local'
  readonly why: string
  /** What would make it a hit; undefined for one that is. */
  readonly change: string | undefined
}

export interface Told {
  readonly explanations: readonly Explanation[]
  /** Reasons why it was no hit lately, most frequent first. */
  readonly lately: readonly string[]
  /** A tier behind memory has it. */
  readonly tier: { readonly tier: string; readonly stored: StoredView } | undefined
}

/** @param told with one explanation at least */
export function verdictOf({ explanations, lately, tier }: Told): Verdict {
  const best = [...explanations].sort((one, other) => rank(one) - rank(other))[0]
  if (best === undefined) return { outcome: 'miss', why: 'no thread answered', change: undefined }
  switch (best.kind) {
    case 'local':
      return { outcome: 'local', why: `it is answered here: ${best.reason}`, change: 'ask by GET' }
    case 'pass':
      return { outcome: 'pass', why: passWhy(best.reason, best.rule), change: adviceFor(best.reason)?.change }
    case 'lookup':
      return lookupVerdict(best, {
        lately,
        tier,
        having: explanations.filter((one) => rank(one) === rank(best)).length,
      })
    default:
      return unreachable(best)
  }
}

/** The thread that has it best comes first: the others ask it. */
function rank(explanation: Explanation): number {
  if (explanation.kind !== 'lookup') return 0
  return ['fresh', 'grace', 'validate', 'partial', 'miss'].indexOf(explanation.found.kind)
}

function passWhy(reason: string, rule: string | undefined): string {
  if (reason === 'rule') return `the rule "${rule ?? 'of the top level'}" says cache: pass`
  return adviceFor(reason)?.meaning ?? `it is not looked up: ${reason}`
}

function lookupVerdict(
  { found, selecting, unshareable, onlyIfCached }: LookedUp,
  { lately, tier, having }: Pick<Told, 'lately' | 'tier'> & { readonly having: number },
): Verdict {
  const known = lately.find((word) => word !== 'uri-miss' && word !== 'stale')
  switch (found.kind) {
    case 'fresh':
      return {
        outcome: 'hit',
        why: `stored in ${having} of the threads, ${lifetimeText(found.stored)}`,
        change: undefined,
      }
    case 'grace':
      return {
        outcome: 'stale',
        why: `stored, ${lifetimeText(found.stored)}; it is served while a new one is fetched`,
        change: adviceFor('stale')?.change,
      }
    case 'validate':
      return {
        outcome: 'revalidated',
        why: validateWhy(found.reason, found.stored),
        change: adviceFor(found.reason)?.change,
      }
    case 'partial':
      return { outcome: 'miss', why: 'only another part of it is stored', change: 'ask for all of it once' }
    case 'miss':
      break
    default:
      return unreachable(found)
  }
  if (onlyIfCached)
    return {
      outcome: 'local',
      why: 'not stored, and the client wants nothing else (only-if-cached): 504',
      change: 'ask without only-if-cached',
    }
  if (tier !== undefined)
    return {
      outcome: 'hit',
      why: `not in memory; ${tier.tier} has it, ${lifetimeText(tier.stored)}`,
      change: undefined,
    }
  const advice = adviceFor(known ?? found.reason)
  if (known !== undefined)
    return { outcome: 'miss', why: `not stored: lately ${advice?.meaning ?? known} (${known})`, change: advice?.change }
  if (unshareable === 'uncacheable')
    return {
      outcome: 'miss',
      why: 'not stored: a moment ago its response could not be stored',
      change: 'ask for it, or explain --send, to see the reason',
    }
  if (unshareable === 'credentials')
    return {
      outcome: 'miss',
      why: `not stored: ${adviceFor('consent')?.meaning}`,
      change: adviceFor('consent')?.change,
    }
  const why =
    found.reason === 'vary-miss' ? `it is stored for other values of ${selecting.join(', ')}` : 'it is not stored'
  return { outcome: 'miss', why, change: advice?.change }
}

function validateWhy(reason: string, stored: StoredView): string {
  return `stored, ${lifetimeText(stored)}, but the origin is asked whether it still holds: ${adviceFor(reason)?.meaning ?? reason}`
}

function lifetimeText({ ageSeconds, lifetimeSeconds, lifetimeSource }: StoredView): string {
  const left = lifetimeSeconds - ageSeconds
  const state = left > 0 ? `fresh for ${left} s more` : `stale for ${-left} s`
  return `${state} (age ${ageSeconds} s, lifetime ${lifetimeSeconds} s by ${lifetimeSource})`
}

import { EventEmitter, once } from 'node:events'
import { type Clock, systemClock } from '../../../src/clock.ts'
import type { CompileInvalidation, Invalidation } from '../../../src/tiers/invalidation.ts'
import type { InvalidationLog } from '../../../src/tiers/invalidation-log/invalidation-log.ts'
import { openInvalidationLog } from '../../../src/tiers/open-tier.ts'

/** Keys are URIs here; patterns are understood unless they are `?`. */
export const compile: CompileInvalidation = ({ scope, value }) => {
  if (scope === 'uri') return ({ key }) => key === value
  if (scope === 'prefix') return ({ key }) => key.startsWith(value)
  return value === '?' ? undefined : ({ key }) => new RegExp(value).test(key)
}

export const hard = (scope: Invalidation['scope'], value = ''): Invalidation => ({ scope, value, soft: false })
export const soft = (scope: Invalidation['scope'], value = ''): Invalidation => ({ scope, value, soft: true })

/** Says it, and waits for those that have it in force then. */
export async function publish({ log }: Box, invalidations: readonly Invalidation[], withinMs: number) {
  const position = await log.say(invalidations)
  return { position, boxes: await log.acknowledged(position, withinMs) }
}

/** A box that follows the log and tells what happens. */
export class Box {
  readonly log: InvalidationLog
  readonly heard: string[] = []
  readonly states: string[] = []
  gaps = 0
  /** As long as what is heard takes to be in force. */
  applying: Promise<void> | undefined
  readonly #events = new EventEmitter()

  constructor(url: string, { name = 'box', clock = systemClock() }: { name?: string; clock?: Clock } = {}) {
    const tell = (note: () => void) => {
      note()
      this.#events.emit('event')
    }
    this.log = openInvalidationLog(
      { url, boxName: name },
      {
        clock,
        compile,
        onInvalidation: ({ scope, value }, own) => {
          tell(() => this.heard.push(`${scope} ${value}${own ? ' own' : ''}`))
          return this.applying
        },
        onGap: () => tell(() => this.gaps++),
        onState: ({ state }) => tell(() => this.states.push(state)),
      },
    )
  }

  static async open(url: string, name = 'box'): Promise<Box> {
    const box = new Box(url, { name })
    await box.until(() => box.states.at(-1) === 'following')
    return box
  }

  /** Waits for what the log tells. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#events, 'event')
  }
}

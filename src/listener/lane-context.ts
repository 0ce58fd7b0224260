import type { Clock } from '../clock.ts'
import type { AnswerFromMemory } from '../proxy/answer-from-memory.ts'
import type { RequestHandler } from '../request/proxy-response.ts'
import type { ListenerHooks } from './listener-hooks.ts'
import type { ListenerSettings } from './listener-settings.ts'

/** What a reload replaces, all of it at once; lanes look at it anew for every request. */
export interface LaneParts {
  settings: ListenerSettings
  handle: RequestHandler
  /** The short way of hits; undefined sends every request the general way. */
  answerFromMemory: AnswerFromMemory | undefined
  hooks: ListenerHooks
}

/** What every exchange of a lane shares. */
export interface LaneContext extends LaneParts {
  readonly clock: Clock
  /** Set once: responses from now on close their connection. */
  isDraining: boolean
}

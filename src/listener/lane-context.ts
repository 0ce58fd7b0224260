import type { Clock } from '../clock.ts'
import type { AnswerFromMemory } from '../proxy/answer-from-memory.ts'
import type { RequestHandler } from '../request/proxy-response.ts'
import type { ListenerHooks } from './listener-hooks.ts'
import type { ListenerSettings } from './listener-settings.ts'

/** What every exchange of a lane shares. */
export interface LaneContext {
  /** Replaced as a whole when the configuration is read anew. */
  settings: ListenerSettings
  readonly handle: RequestHandler
  /** The short way of hits; undefined sends every request the general way. */
  readonly answerFromMemory: AnswerFromMemory | undefined
  readonly hooks: ListenerHooks
  readonly clock: Clock
  /** Set once: responses from now on close their connection. */
  isDraining: boolean
}

import { Refused } from './api.js'
import { byId, setText } from './element.js'
import { duration, timeOfDay } from './words.js'

/** The line that says when something is not as it should be: it does not answer, it was started anew, a thread is missing. */
export class Notice {
  #line = byId('notice', HTMLElement)
  /** @type {number | undefined} */
  #goneMs
  /** @type {number | undefined} */
  #startedMs
  /** @type {string | undefined} */
  #restarted

  /** @param {Error} error what the last request failed with */
  gone(error) {
    this.#goneMs ??= Date.now()
    const why = error.name === 'TimeoutError' ? 'no answer in time' : error.message
    const what = error instanceof Refused ? 'refuses to answer' : 'does not answer'
    const since = timeOfDay(this.#goneMs)
    this.#show(
      `Breakwater ${what} since ${since} (${why}). Figures are from before; it is asked again and again.`,
      'bad',
    )
  }

  /** It answers. */
  here({ startedMs, uptimeSeconds, draining, unanswered }) {
    this.#goneMs = undefined
    if (this.#startedMs !== undefined && startedMs !== this.#startedMs) {
      this.#restarted = `Breakwater was started anew at ${timeOfDay(startedMs)}: what is counted since the start begins there.`
    }
    this.#startedMs = startedMs
    if (uptimeSeconds > 60) this.#restarted = undefined
    const missing = unanswered.map(
      ({ thread, why }) => `thread ${thread} gave no answer (${why}), its figures are missing`,
    )
    if (missing.length > 0) this.#show(`${missing.join('; ')}.`, 'unclear')
    else if (draining)
      this.#show(`Breakwater is stopping: it finishes what is under way, up for ${duration(uptimeSeconds)}.`, 'unclear')
    else this.#show(this.#restarted ?? '', 'unclear')
  }

  #show(text, style) {
    this.#line.hidden = text === ''
    this.#line.className = `notice ${style}`
    setText(this.#line, text)
  }
}

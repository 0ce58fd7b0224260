const TOKEN = 'breakwater-token'
/** Longer than the listener itself waits for its threads, and for the other boxes of a purge. */
const ANSWER_MS = 15_000

/** The listener answered, but not with what was asked for; its message is for people. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message)
    this.status = status
  }

  get wantsToken() {
    return this.status === 401 || this.status === 429
  }
}

/**
 * Of this tab only, and sent nowhere but to this listener.
 *
 * @param {string} token
 */
export function keepToken(token) {
  sessionStorage.setItem(TOKEN, token)
}

export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null
}

/** @param {string} path */
export function get(path) {
  return ask(path, {})
}

/**
 * @param {string} path
 * @param {unknown} body
 */
export function post(path, body) {
  return ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
}

/**
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string>, body?: string }} options
 * @throws {Refused} when it answers with an error; anything else when it does not answer
 */
async function ask(path, { headers, ...options }) {
  const token = sessionStorage.getItem(TOKEN)
  const response = await fetch(path, {
    ...options,
    headers: { ...headers, ...(token !== null && { Authorization: `Bearer ${token}` }) },
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  const answer = await response.json()
  if (response.ok) return answer
  throw new Refused(response.status, String(answer?.error ?? response.statusText))
}

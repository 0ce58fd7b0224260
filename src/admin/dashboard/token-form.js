import { hasToken, keepToken } from './api.js'
import { byId, setText } from './element.js'

/**
 * Asks for the token, and waits until one is given.
 *
 * @param {string} why what the listener said to the last request
 * @returns {Promise<void>}
 */
export function askForToken(why) {
  const form = byId('token', HTMLFormElement)
  const { token } = form.elements
  setText(form.querySelector('[role=alert]'), hasToken() ? `The listener says: ${why}` : '')
  form.hidden = false
  token.value = ''
  token.focus()
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault()
      keepToken(token.value.trim())
      form.hidden = true
      resolve()
    }
  })
}

import { post } from './api.js'
import { byId, element, setText } from './element.js'
import { Table } from './table.js'
import { count, milliseconds, timeOfDay } from './words.js'

const MARKS = {
  up: ['good', '● up'],
  'slow-start': ['unclear', '◐ slow start'],
  'held-down': ['bad', '✕ held down'],
  'probed-sick': ['bad', '✕ probed sick'],
  draining: ['unclear', '○ draining'],
}

/** The origins with their health, and the buttons that take one out and in again. */
export class Origins {
  #result = byId('origins-result', HTMLElement)
  #refresh
  #table = new Table(byId('origins', HTMLTableElement), {
    columns: [
      { name: 'Origin', kind: 'text', text: ({ name }) => name },
      { name: 'State', kind: 'text', update: showCondition },
      { name: 'Under way', kind: 'number', text: ({ active, limit }) => `${count(active)} of ${count(limit)}` },
      { name: 'Waiting', kind: 'number', text: ({ waiting }) => count(waiting) },
      { name: 'Latency', kind: 'number', text: ({ latencyMs }) => milliseconds(latencyMs) },
      { name: 'Requests', kind: 'number', text: ({ requests }) => count(requests) },
      { name: 'Failures', kind: 'number', text: ({ failures, timeouts }) => count(failures + timeouts) },
      { name: 'Change', kind: 'action', update: (cell, origin) => this.#showButton(cell, origin) },
    ],
    keyOf: ({ pool, origin }) => JSON.stringify([pool, origin]),
    empty: 'There are no origins.',
  })

  /** @param {() => void} refresh asks for the figures at once */
  constructor(refresh) {
    this.#refresh = refresh
  }

  show({ origins }) {
    const hasPools = new Set(origins.map(({ pool }) => pool)).size > 1
    this.#table.show(origins.map((origin) => ({ ...origin, name: nameOf(origin, hasPools) })))
  }

  #showButton(cell, origin) {
    const order = origin.condition === 'draining' ? 'enable' : 'drain'
    const button = cell.querySelector('button') ?? element('button', { type: 'button' })
    if (button.parentElement === null) cell.append(button)
    setText(button, order === 'drain' ? 'Drain' : 'Enable')
    button.setAttribute('aria-label', `${order === 'drain' ? 'Drain' : 'Enable'} ${origin.origin}`)
    button.onclick = () => this.#order(button, order, origin)
  }

  async #order(button, order, { origin, pool }) {
    button.disabled = true
    try {
      const { threads, unanswered } = await post(`/api/origins/${order}`, { origin, pool })
      const missing = unanswered.length === 0 ? '' : `; ${unanswered.length} threads gave no answer`
      setText(this.#result, `${origin}: ${order === 'drain' ? 'drained' : 'enabled'} in ${threads} threads${missing}`)
    } catch (error) {
      setText(this.#result, `${origin}: ${error.message}`)
    } finally {
      button.disabled = false
      button.focus()
      this.#refresh()
    }
  }
}

function nameOf({ pool, origin, url, backup }, hasPools) {
  const pooled = hasPools ? `${pool}: ` : ''
  return `${pooled}${url.includes(origin) ? url : `${origin} (${url})`}${backup ? ', a backup' : ''}`
}

function showCondition(cell, { condition, reason, sinceMs }) {
  if (cell.childNodes.length === 0) cell.append(element('strong'), ' ', element('span'))
  const [state, beside] = cell.children
  const [style, text] = MARKS[condition] ?? ['unclear', condition]
  state.className = style
  setText(state, text)
  setText(beside, condition === 'up' ? '' : `${reason ?? ''} since ${timeOfDay(sinceMs)}`)
}

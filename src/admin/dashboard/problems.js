import { byId } from './element.js'
import { Table } from './table.js'

const LEVELS = { warn: 'warning', error: 'error', fatal: 'fatal error' }

/** What was logged as a warning or worse, the latest first. */
export class Problems {
  #table = new Table(byId('problems', HTMLTableElement), {
    columns: [
      { name: 'What', kind: 'text', text: whatOf },
      { name: 'Kind', kind: 'text', text: ({ level }) => LEVELS[level] },
      { name: 'When', kind: 'number', text: ({ time }) => new Date(time).toLocaleString('en-GB') },
    ],
    keyOf: (problem) => problem.key,
    empty: 'No warnings, no errors.',
  })

  show({ problems }) {
    // The same may have happened twice in one millisecond.
    const seen = new Map()
    const keyed = problems.map((problem) => {
      const name = `${problem.time} ${problem.thread} ${problem.message}`
      seen.set(name, (seen.get(name) ?? 0) + 1)
      return { ...problem, key: `${name} ${seen.get(name)}` }
    })
    this.#table.show(keyed)
  }
}

function whatOf({ message, details }) {
  const facts = Object.entries(details).map(([name, value]) => `${name}: ${factText(value)}`)
  return facts.length === 0 ? message : `${message} (${facts.join(', ')})`
}

function factText(value) {
  if (typeof value !== 'object' || value === null) return String(value)
  // An error is told by its message.
  return typeof value.message === 'string' ? value.message : JSON.stringify(value)
}

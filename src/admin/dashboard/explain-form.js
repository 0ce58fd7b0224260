import { post } from './api.js'
import { byId, element } from './element.js'

/** Asks what would happen to a request for a URL, and shows what came of it. */
export class ExplainForm {
  #form = byId('explain', HTMLFormElement)
  #result = byId('explain-result', HTMLDListElement)

  constructor() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#explain()
    })
  }

  /** As if somebody had typed it. */
  explain(url) {
    const { url: input } = this.#form.elements
    input.value = url
    input.focus()
    this.#explain()
  }

  async #explain() {
    try {
      const { outcome, why, change, lately, threads } = await post('/api/explain', {
        url: this.#form.elements.url.value.trim(),
      })
      const [first] = threads
      this.#show([
        ['Outcome', outcome],
        ['Why', why],
        ['To make it a hit', change],
        ['Lately', lately.join(', ')],
        ['Rule', first?.rule],
        ['Key', first?.key],
      ])
    } catch (error) {
      this.#show([['Not explained', error.message]])
    }
  }

  #show(facts) {
    const known = facts.filter(([, text]) => text)
    this.#result.replaceChildren(...known.flatMap(([name, text]) => [element('dt', {}, name), element('dd', {}, text)]))
  }
}

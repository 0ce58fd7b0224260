import { byId, element, setText } from './element.js'
import { hitRatioOf, requestsOf } from './outcomes.js'
import { Table } from './table.js'
import { bytes, count, milliseconds, percent } from './words.js'

const url = { name: 'URL', kind: /** @type {const} */ ('url'), text: (page) => page.url }
const number = (name, text) => ({ name, kind: /** @type {const} */ ('number'), text })
const keyOf = (page) => page.url

/** Hosts, and the three lists of pages. */
export class TrafficTables {
  #hosts = new Table(byId('hosts', HTMLTableElement), {
    columns: [
      { name: 'Host', kind: 'text', text: ({ host }) => host },
      number('Requests', ({ outcomes }) => count(requestsOf(outcomes))),
      { name: 'From the cache', kind: 'number', update: showRatio },
      number('Sent', (host) => bytes(host.bytes)),
    ],
    keyOf: ({ host }) => host,
    empty: 'Nothing was asked for yet.',
  })
  #pages = new Table(byId('pages', HTMLTableElement), {
    columns: [
      url,
      number('Requests', ({ requests }) => count(requests)),
      number('From the cache', ({ hits, requests }) => percent(requests === 0 ? null : Math.min(1, hits / requests))),
      number('Sent', (page) => bytes(page.bytes)),
    ],
    keyOf,
    empty: 'Nothing was asked for lately.',
  })
  #slow = new Table(byId('slow', HTMLTableElement), {
    columns: [
      url,
      number('Waited', ({ waitedMs }) => milliseconds(waitedMs)),
      number('Requests', ({ requests }) => count(requests)),
      number('Longest', ({ longestMs }) => milliseconds(longestMs)),
    ],
    keyOf,
    empty: 'Nobody waited for the origin lately.',
  })
  #misses

  /** @param {(url: string) => void} explain tells why a page is not in the cache */
  constructor(explain) {
    this.#misses = new Table(byId('misses', HTMLTableElement), {
      columns: [
        url,
        number('Misses', ({ misses }) => count(misses)),
        { name: 'Because', kind: 'text', text: ({ reasons }) => reasonsText(reasons) },
        { name: 'Explain', kind: 'action', update: (cell, { url }) => showExplain(cell, url, explain) },
      ],
      keyOf,
      empty: 'Nothing was missing lately.',
    })
  }

  showHosts({ hosts }) {
    this.#hosts.show(hosts.slice(0, 20))
  }

  showPages({ traffic, misses, slow }) {
    this.#pages.show(traffic)
    this.#misses.show(misses)
    this.#slow.show(slow)
  }
}

function showRatio(cell, { host, outcomes }) {
  if (cell.childNodes.length === 0) {
    cell.append(element('meter', { 'aria-label': `From the cache, ${host}` }), element('span'))
  }
  const [meter, text] = cell.children
  const ratio = hitRatioOf(outcomes)
  meter.value = ratio ?? 0
  setText(text, percent(ratio))
}

function showExplain(cell, url, explain) {
  if (cell.childNodes.length > 0) return
  const button = element('button', { type: 'button', 'aria-label': `Explain ${url}` }, 'Explain')
  button.addEventListener('click', () => explain(url))
  cell.append(button)
}

/** The most frequent first. */
function reasonsText(reasons) {
  const all = Object.entries(reasons).sort(([, one], [, other]) => other - one)
  return all.map(([word, times]) => `${word} ${count(times)}`).join(', ')
}

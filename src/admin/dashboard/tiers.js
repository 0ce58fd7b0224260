import { byId } from './element.js'
import { Table } from './table.js'
import { bytes, count, milliseconds, percent } from './words.js'

/** Memory, and the tiers behind it, each as all threads see it. */
export class Tiers {
  #table = new Table(byId('tiers', HTMLTableElement), {
    columns: [
      { name: 'Tier', kind: 'text', text: ({ name }) => name },
      { name: 'State', kind: 'text', text: ({ state }) => state },
      { name: 'Hits', kind: 'number', text: ({ hits }) => count(hits) },
      { name: 'Misses', kind: 'number', text: ({ misses }) => count(misses) },
      { name: 'Answers in', kind: 'number', text: ({ latencyMs }) => milliseconds(latencyMs) },
    ],
    keyOf: ({ name }) => name,
    empty: 'There are no tiers.',
  })

  show({ memory }, { tiers }) {
    this.#table.show([memoryRow(memory), ...tierRows(tiers)])
  }
}

function memoryRow({ keys, bytes: used, bytesMax, hits, misses, evicted }) {
  const room = evicted === 0 ? '' : `; ${count(evicted)} evicted`
  const state = `${count(keys)} keys in ${bytes(used)}, ${percent(bytesMax === 0 ? null : used / bytesMax)} full${room}`
  return { name: 'memory', state, hits, misses, latencyMs: null }
}

function tierRows(tiers) {
  return [...Map.groupBy(tiers, ({ tier }) => tier)].map(([name, seen]) => {
    const states = new Set(seen.map(({ state }) => state))
    const sum = (of) => seen.reduce((total, one) => total + (of(one.counts) ?? 0), 0)
    const known = seen.flatMap(({ latencyMs }) => latencyMs ?? [])
    return {
      name,
      state: [...states].join(' in one thread, in another '),
      hits: sum(({ hits }) => hits),
      misses: sum(({ misses }) => misses),
      latencyMs: known.length === 0 ? null : known.reduce((total, ms) => total + ms, 0) / known.length,
    }
  })
}

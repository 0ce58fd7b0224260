import { Chart } from './chart.js'
import { byId } from './element.js'
import { hitRatioOf, OUTCOMES, requestsOf } from './outcomes.js'
import { amount, milliseconds, percent } from './words.js'

/** What is drawn first is covered by what comes after it: the highest of the pile is the sum of all. */
const FROM_THE_TOP = OUTCOMES.toReversed()

const PERCENTILES = /** @type {const} */ (['p50Ms', 'p90Ms', 'p99Ms'])

/** The three charts of what was answered. */
export class TrafficCharts {
  #history
  #window = byId('window', HTMLSelectElement)
  /** @type {readonly ReturnType<import('./history.js').History['last']>[number][]} */
  #shown = []
  #outcomes = new Chart(byId('outcomes-chart', HTMLDivElement), {
    lines: FROM_THE_TOP.map((outcome) => ({ label: outcome, colour: outcome, isFilled: true })),
    scale: 'linear',
    legend: (line, at) => this.#countText(line, at),
  })
  #ratio = new Chart(byId('ratio-chart', HTMLDivElement), {
    lines: [{ label: 'from the cache', colour: 'hit' }],
    scale: 'percent',
  })
  #latency = new Chart(byId('latency-chart', HTMLDivElement), {
    lines: ['p50', 'p90', 'p99'].map((name) => ({ label: name, colour: name })),
    scale: 'logarithmic',
    legend: (line, at) => milliseconds(this.#shown[at]?.counted?.[PERCENTILES[line]]),
  })

  /** @param {import('./history.js').History} history */
  constructor(history) {
    this.#history = history
    this.#window.addEventListener('change', () => this.show())
  }

  show() {
    this.#shown = this.#history.last(Number(this.#window.value))
    const seconds = this.#shown.map(({ second }) => second)
    const of = (take) => this.#shown.map(({ counted }) => (counted ? take(counted) : null))
    const piled = FROM_THE_TOP.map((_, i) => of(({ outcomes }) => sumOf(outcomes, FROM_THE_TOP.slice(i))))
    const requests = of(({ outcomes }) => requestsOf(outcomes))
    const ratios = of(({ outcomes }) => hitRatioOf(outcomes))
    const percentiles = PERCENTILES.map((name) => of((counted) => counted[name]))
    this.#outcomes.show(seconds, piled, `Requests a second, ${range(requests, amount)}`)
    this.#ratio.show(
      seconds,
      [ratios.map((ratio) => (ratio === null ? null : ratio * 100))],
      `Part answered from the cache, ${range(ratios, percent)}`,
    )
    this.#latency.show(seconds, percentiles, `Time to answer, 99th percentile, ${range(percentiles[2], milliseconds)}`)
  }

  redraw() {
    for (const chart of [this.#outcomes, this.#ratio, this.#latency]) chart.redraw()
  }

  #countText(line, at) {
    const counted = this.#shown[at]?.counted
    return counted ? amount(counted.outcomes[FROM_THE_TOP[line]]) : '–'
  }
}

function sumOf(outcomes, names) {
  return names.reduce((total, name) => total + outcomes[name], 0)
}

/** For those who cannot see the chart. */
function range(values, text) {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return 'nothing yet'
  return `between ${text(Math.min(...known))} and ${text(Math.max(...known))}, lately ${text(known.at(-1))}`
}

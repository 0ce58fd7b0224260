import { colour } from './theme.js'
import uPlot from './uplot.js'
import { amount } from './words.js'

const HEIGHT = 200

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} colour name of a colour in dashboard.css
 * @property {boolean} [isFilled]
 */
/**
 * @typedef {object} ChartOptions
 * @property {readonly Line[]} lines
 * @property {'linear' | 'logarithmic' | 'percent'} scale
 * @property {(line: number, at: number) => string} [legend] what the legend says of a line; its value when absent
 */

const SCALES = {
  linear: {
    range: (/** @type {unknown} */ _, /** @type {number} */ _min, /** @type {number} */ max) => [
      0,
      Math.max(1, max * 1.05),
    ],
  },
  logarithmic: {
    distr: 3,
    range: (/** @type {unknown} */ _, /** @type {number} */ min, /** @type {number} */ max) => [
      Math.min(0.1, (min || 0.1) * 0.8),
      Math.max(10, (max || 1) * 1.3),
    ],
  },
  percent: { range: [0, 100] },
}

/** Lines over time, as wide as their place. */
export class Chart {
  #box
  #options
  /** @type {uPlot | undefined} */
  #plot
  /** @type {(number | null)[][]} */
  #data = []

  /**
   * @param {HTMLElement} box
   * @param {ChartOptions} options
   */
  constructor(box, options) {
    this.#box = box
    this.#options = options
    new ResizeObserver(() => this.#plot?.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box)
  }

  /**
   * @param {number[]} seconds since the epoch
   * @param {(number | null)[][]} values of each line; null where nobody knows
   * @param {string} summary what is to be seen, for those who cannot see it
   */
  show(seconds, values, summary) {
    this.#data = [seconds, ...values]
    this.#box.setAttribute('aria-label', summary)
    if (this.#plot) this.#plot.setData(this.#data)
    else this.redraw()
  }

  /** Makes it anew, in the colours that are in force. */
  redraw() {
    this.#plot?.destroy()
    this.#plot = undefined
    if (this.#data.length === 0 || this.#box.clientWidth === 0) return
    this.#plot = new uPlot(this.#uplotOptions(), this.#data, this.#box)
  }

  #uplotOptions() {
    const { lines, scale, legend } = this.#options
    const axis = {
      stroke: colour('soft'),
      grid: { stroke: colour('line'), width: 1 },
      ticks: { stroke: colour('line'), width: 1 },
      font: '11px system-ui, sans-serif',
    }
    const shown = legend ?? ((line, at) => valueText(this.#data[line + 1]?.[at]))
    return {
      width: this.#box.clientWidth,
      height: HEIGHT,
      scales: { y: SCALES[scale] },
      axes: [
        { ...axis, space: 76, values: (_, times) => times.map(clockText) },
        {
          ...axis,
          ...(scale === 'logarithmic' && {
            grid: { ...axis.grid, filter: powersOfTen },
            ticks: { ...axis.ticks, filter: powersOfTen },
          }),
          size: 46,
          values: (_, all) => all.map((value) => (value === null ? '' : amount(value))),
        },
      ],
      cursor: { points: { size: 6 }, drag: { x: false, y: false } },
      series: [
        { label: 'at', value: (_, second) => clockText(second ?? this.#data[0].at(-1)) },
        ...lines.map((line, i) => ({
          label: line.label,
          stroke: colour(line.colour),
          ...(line.isFilled && { fill: colour(line.colour) }),
          width: line.isFilled ? 1 : 2,
          points: { show: false },
          value: (_, _value, _line, at) => shown(i, at ?? this.#data[0].length - 1),
        })),
      ],
    }
  }
}

function valueText(value) {
  return value === null || value === undefined ? '–' : amount(value)
}

function clockText(second) {
  return new Date(second * 1000).toLocaleTimeString('en-GB')
}

/** Lines between them would be more than the lines that are to be seen. */
function powersOfTen(_, splits) {
  return splits.map((value) => (Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6) ? value : null))
}

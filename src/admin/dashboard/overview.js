import { byId, element, setText } from './element.js'
import { hitRatioOf, OUTCOMES, requestsOf } from './outcomes.js'
import { amount, bytes, count, duration, milliseconds, percent } from './words.js'

/** @typedef {import('zod').infer<typeof import('../routes/status.ts').statusAnswer>} Status */
/** @typedef {import('zod').infer<typeof import('../routes/traffic.ts').trafficAnswer>} Traffic */

/** The figures on top, and the line about the process. */
export class Overview {
  #list = byId('overview', HTMLDListElement)
  /** @type {Map<string, { figure: HTMLElement, beside: HTMLElement }>} */
  #figures = new Map()

  /**
   * @param {Status} status
   * @param {Traffic} minute the last one
   */
  show(status, minute) {
    const { memory, threads, process } = status
    const sum = Object.fromEntries(
      OUTCOMES.map((name) => [name, minute.seconds.reduce((total, { outcomes }) => total + outcomes[name], 0)]),
    )
    const perSecond = (total) => total / Math.max(1, Math.min(minute.seconds.length, status.uptimeSeconds))
    const sent = minute.seconds.reduce((total, one) => total + one.bytes, 0)
    const { p50Ms, p90Ms, p99Ms } = minute.together
    this.#set(
      'Requests a second',
      amount(perSecond(requestsOf(sum))),
      `in the last minute; ${count(status.requests)} since the start`,
    )
    this.#set(
      'From the cache',
      percent(hitRatioOf(sum)),
      `in the last minute; ${percent(status.hitRatio)} since the start`,
    )
    this.#set(
      'Half are answered in',
      milliseconds(p50Ms),
      `90 % in ${milliseconds(p90Ms)}, 99 % in ${milliseconds(p99Ms)}`,
    )
    this.#set('Sent a second', bytes(perSecond(sent)), `${bytes(status.responseBytes)} since the start`)
    this.#set(
      'Errors in the last minute',
      count(sum.error),
      `${count(status.outcomes.error)} since the start; ${count(status.outcomes.stale)} answered stale`,
    )
    this.#set(
      'Connections',
      count(status.connections),
      `${count(status.flights)} requests to the origins under way; ${count(status.collapsed)} visitors shared one`,
    )
    this.#set(
      'Memory of the cache',
      bytes(memory.bytes),
      `of ${bytes(memory.bytesMax)}; the process has ${bytes(process.residentBytes)}`,
    )
    const busiest = Math.max(0, ...threads.map(({ utilization }) => utilization))
    this.#set(
      threads.length === 1 ? 'The thread is busy' : `The busiest of ${threads.length} threads`,
      percent(busiest),
      `event loop late by ${milliseconds(Math.max(0, ...threads.map(({ eventLoopDelayMs }) => eventLoopDelayMs.p99)))} (p99)`,
    )
    setText(byId('process', HTMLElement), processText(status))
  }

  #set(name, figure, beside) {
    const known = this.#figures.get(name) ?? this.#add(name)
    setText(known.figure, figure)
    setText(known.beside, beside)
  }

  #add(name) {
    const made = { figure: element('dd', { class: 'figure' }), beside: element('dd', { class: 'beside' }) }
    this.#list.append(element('div', {}, element('dt', {}, name), made.figure, made.beside))
    this.#figures.set(name, made)
    return made
  }
}

function processText({ version, listen, uptimeSeconds, draining }) {
  const state = draining ? 'stopping: finishes what is under way' : `up for ${duration(uptimeSeconds)}`
  return `${version} · ${listen.join(', ')} · ${state}`
}

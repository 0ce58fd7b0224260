const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** @param {number} value */
export function count(value) {
  return whole.format(value)
}

/**
 * With as many digits as say something.
 *
 * @param {number} value
 */
export function amount(value) {
  if (value >= 100 || value === 0) return count(value)
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2)))
}

/** @param {number | null | undefined} value */
export function milliseconds(value) {
  if (value === null || value === undefined) return '–'
  if (value >= 10_000) return `${amount(value / 1000)} s`
  return value < 0.1 ? '< 0.1 ms' : `${amount(value)} ms`
}

/** @param {number} value */
export function bytes(value) {
  const power = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)))
  return `${amount(value / 1024 ** power)} ${SIZES[power]}`
}

/** @param {number | null} part from 0 to 1; null where nothing was counted */
export function percent(part) {
  if (part === null) return '–'
  // What is not all is never shown as all.
  const shown = part < 1 ? Math.min(99.9, Math.floor(part * 1000) / 10) : 100
  return `${shown} %`
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 120) return `${Math.floor(seconds)} s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}

/**
 * The time of day, here.
 *
 * @param {number} ms since the epoch
 */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString('en-GB')
}

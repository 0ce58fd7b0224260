const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A formatter that remembers its last second: under load thousands of lines share one. */
export function oncePerSecond<Text>(format: (second: number) => Text): (second: number) => Text {
  let lastSecond = 0
  let last = format(lastSecond)
  return (second) => {
    if (second !== lastSecond) {
      last = format(second)
      lastSecond = second
    }
    return last
  }
}

const isoSecond = oncePerSecond((second) => new Date(second * 1000).toISOString().slice(0, 20))

const apacheSecond = oncePerSecond((second) => {
  const date = new Date(second * 1000)
  const day = twoDigits(date.getUTCDate())
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':')
  // Always UTC: the hour that a zone repeats each autumn would otherwise be in the log twice.
  return `${day}/${monthNames[date.getUTCMonth()]}/${date.getUTCFullYear()}:${time} +0000`
})

/** `2026-01-31T23:59:59.123Z` */
export function isoTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  return `${isoSecond(second)}${milliseconds(ms, second)}Z`
}

/** `31/Jan/2026:23:59:59 +0000` */
export function apacheTime(ms: number): string {
  return apacheSecond(Math.floor(ms / 1000))
}

/** `1769903999.123` */
export function squidTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  return `${second}.${milliseconds(ms, second)}`
}

function milliseconds(ms: number, second: number): string {
  const rest = Math.floor(ms - second * 1000)
  return rest < 10 ? `00${rest}` : rest < 100 ? `0${rest}` : `${rest}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

import type { Terminal } from './terminal.ts'

const WIDTH = 30

export interface ProgressBar {
  /** @param part from 0 to 1 */
  show(what: string, part: number): void
  /** Takes the bar away. */
  done(): void
}

/** A bar on one line of standard error; nothing where that is no terminal. */
export function progressBar({ stderr, env }: Terminal): ProgressBar {
  let shown = ''
  const isWanted = stderr.isTTY === true && env.TERM !== 'dumb'
  const write = (text: string): void => {
    if (!isWanted || text === shown) return
    shown = text
    stderr.write(`\r\x1b[K${text}`)
  }
  return {
    show(what, part) {
      const full = Math.round(Math.min(1, Math.max(0, part)) * WIDTH)
      write(`${what} ${'#'.repeat(full)}${'.'.repeat(WIDTH - full)} ${Math.floor(part * 100)} %`)
    },
    done: () => (shown === '' ? undefined : write('')),
  }
}

/** Says what is going on, on standard error: one line that changes on a terminal, a line each elsewhere. */
export interface Progress {
  step(what: string): void
  /** Something to be kept. */
  note(text: string): void
  end(): void
}

export function progress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) {
    const say = (text: string) => void stream.write(`${text}\n`)
    return { step: say, note: say, end: () => {} }
  }
  const wipe = '\r\x1b[2K'
  return {
    step: (what) => void stream.write(wipe + what.slice(0, (stream.columns ?? 80) - 1)),
    note: (text) => void stream.write(`${wipe}${text}\n`),
    end: () => void stream.write(wipe),
  }
}

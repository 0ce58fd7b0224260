/** A server that is measured has one core, what loads it and the origin behind it the other. */
export const CORES = { server: 0, load: 1 } as const

/** Programs and folders of ours are ended and removed when the process exits; by a signal it would only be killed. */
export function exitOnSignals(): void {
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.on(signal, () => process.exit(code))
  }
}

/** @returns the code to exit with */
export function say(text: string): number {
  process.stdout.write(text)
  return 0
}

/** @returns the code to exit with */
export function complain(problem: string): number {
  process.stderr.write(`bench: ${problem}\n`)
  return 2
}

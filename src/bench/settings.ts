/** What a run of the benchmark is to do. */
export interface BenchSettings {
  /** A site of the user's own; without it the demo site is measured. */
  readonly url: URL | undefined
  /** The cache in front of that site, as it runs already. */
  readonly through: URL | undefined
  readonly isQuick: boolean
  readonly peers: boolean
  /** Names of the scenarios wanted; empty: all. */
  readonly scenarios: readonly string[]
  /** At the top of the wave, which begins with a hundredth of it. */
  readonly visitorsPerSecond: number
}

/** Visitors leave after so long. */
export function patienceMs({ isQuick }: BenchSettings): number {
  return isQuick ? 1_500 : 5_000
}

/** What every cache may store. */
export const memoryMiB = 256

/** @returns why these may not be measured without being asked twice; undefined when they may */
export function notLocal({ url, through }: Pick<BenchSettings, 'url' | 'through'>): string | undefined {
  const far = [url, through].filter((one) => one !== undefined).find((one) => !isLoopback(one.hostname))
  if (far === undefined) return undefined
  return `${far.hostname} is not this machine: the benchmark sends it as many requests as a crowd would. Only for sites that are yours; say --yes if it is`
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

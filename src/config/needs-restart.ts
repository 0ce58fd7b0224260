import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'

/** What is built once and for all when the program starts, by the name that its users know. */
const FIXED: readonly (readonly [name: string, value: (config: Config) => unknown])[] = [
  ['workers', ({ workers }) => workers],
  ['memory', ({ memoryBytes }) => memoryBytes],
  ['redis, memcached, tiers', ({ tiers }) => tiers],
  ['snapshot', ({ snapshot }) => snapshot],
  ['admin', ({ admin }) => admin],
  ['limits.requestHead', ({ limits }) => limits.requestHeadBytesMax],
]

/** Names of the options whose change a reload cannot put in force. */
export function optionsThatNeedRestart(before: Config, after: Config): readonly string[] {
  return FIXED.filter(([, value]) => !isDeepStrictEqual(value(before), value(after))).map(([name]) => name)
}

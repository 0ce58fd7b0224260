import { crawler, queryFlood, slowReaders } from './besides.ts'
import { ceiling } from './ceiling.ts'
import { coldHerd } from './cold-herd.ts'
import { expiry } from './expiry.ts'
import { loggedIn } from './logged-in.ts'
import { redisDies, siteDies } from './outages.ts'
import { purge } from './purge.ts'
import type { Scenario } from './scenario.ts'
import { wave } from './wave.ts'

/** In the order they are run and shown. */
export const scenarios: readonly Scenario[] = [
  wave,
  coldHerd,
  expiry,
  purge,
  siteDies,
  redisDies,
  queryFlood,
  loggedIn,
  crawler,
  slowReaders,
  ceiling,
]

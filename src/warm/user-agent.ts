import { packageVersion } from '../version.ts'

/** What the warmer is known by in logs; requests with it wait behind those of visitors. */
export const WARMER_NAME = 'Breakwater-Warmer'

export const warmerUserAgent = `${WARMER_NAME}/${packageVersion()} (fills the cache of its own site)`

/** What browsers send, so that what they get is what was warmed. */
export const BROWSERS_ENCODING = 'gzip, deflate, br, zstd'

import type { CachingConfig } from '../config/config.ts'
import type { Planner } from './plan.ts'

/** Compiles the caching settings and rules once. The planner keeps no state between requests. */
export function createPlanner(_caching: CachingConfig): Planner {
  throw new Error('Cannot plan yet: the rules are not compiled')
}

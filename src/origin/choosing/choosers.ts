import { unreachable } from '../../errors.ts'
import type { Candidate, Choose, Random } from './candidate.ts'
import { leastRequests } from './least-requests.ts'
import { weightedRandom } from './random.ts'
import { rendezvous } from './rendezvous.ts'
import type { HashBy } from './request-key.ts'
import { roundRobin } from './round-robin.ts'

/** How the members of a pool are chosen from. */
export type Balance =
  | { readonly kind: 'round-robin' }
  | { readonly kind: 'least-requests' }
  | { readonly kind: 'random' }
  | { readonly kind: 'hash'; readonly by: HashBy; readonly overload: number }

export function chooser<C extends Candidate>(balance: Balance, random: Random): Choose<C> {
  switch (balance.kind) {
    case 'round-robin':
      return roundRobin()
    case 'least-requests':
      return leastRequests(random)
    case 'random':
      return weightedRandom(random)
    case 'hash':
      return rendezvous(balance, leastRequests(random))
    default:
      return unreachable(balance)
  }
}

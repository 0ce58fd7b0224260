import type { Declaration, Members } from './declare.ts'
import { nearest } from './nearest.ts'
import { options } from './options.ts'
import { didYouMean, formatPath, type Path } from './problems.ts'

/** What people who know other caches call ours. */
const otherNames = new Map([
  ['backend', 'origins'],
  ['backends', 'origins'],
  ['bind', 'listen'],
  ['max-age', 'freshness'],
  ['maxage', 'freshness'],
  ['port', 'listen'],
  ['proxy_pass', 'origins'],
  ['staleiferror', 'grace'],
  ['stalewhilerevalidate', 'refresh'],
  ['swr', 'refresh'],
  ['timeouts', 'timeLimits'],
  ['ttl', 'freshness'],
  ['upstream', 'origins'],
  ['upstreams', 'origins'],
])

/** What to say about a name that no option has: the one that was meant, or where it belongs. */
export function unknownOption(parent: Path, name: string): string {
  const here = membersAt(parent)
  const other = otherNames.get(name.toLowerCase())
  const meant = other !== undefined && Object.hasOwn(here, other) ? other : nearest(name, Object.keys(here))
  if (meant !== undefined && meant.toLowerCase() === name.toLowerCase()) return `unknown option${didYouMean(meant)}`

  const place = placeOf(here, name, parent) ?? placeOf(options, name, [])
  if (place !== undefined) return `unknown option here; "${name}" belongs ${place}`
  return `unknown option${didYouMean(meant)}`
}

/** The options that may stand at a path of the file. */
function membersAt(path: Path): Members {
  let members: Members = options
  for (const step of path) {
    if (typeof step === 'number') continue
    const member: Declaration | undefined = Object.hasOwn(members, step) ? members[step] : undefined
    if (member === undefined || member.kind === 'option') return {}
    members = member.members
  }
  return members
}

function placeOf(members: Members, name: string, parent: Path): string | undefined {
  if (Object.hasOwn(members, name)) return parent.length === 0 ? 'at the top level' : `under ${formatPath(parent)}`
  for (const [groupName, member] of Object.entries(members)) {
    if (member.kind === 'option') continue
    const place = placeOf(member.members, name, [...parent, groupName])
    if (place !== undefined) return place
  }
  return undefined
}

import { isLoopback } from '../http/loopback.ts'
import { parseSize } from '../units.ts'
import { formatPath, type Path } from './problems.ts'

/** A contradiction between options that are each right. */
export interface Contradiction {
  readonly path: Path
  readonly message: string
}

/**
 * Looks at what was written, not at what was read, so that contradictions are reported together with everything else.
 * What has the wrong shape is reported elsewhere and skipped here.
 */
export function findContradictions(raw: unknown): Contradiction[] {
  return [
    ...listAt(raw, 'rules').flatMap((rule, index) => ruleContradictions(rule, ['rules', index])),
    ...queryContradictions(raw, []),
    ...originContradictions(listAt(raw, 'origins'), ['origins']),
    ...listAt(raw, 'pools').flatMap((pool, index) => poolContradictions(pool, ['pools', index])),
    ...sizeContradictions(raw),
    ...adminContradictions(raw),
  ]
}

function ruleContradictions(rule: unknown, path: Path): Contradiction[] {
  if (!isMap(rule)) return []
  const match = member(rule, 'match') ?? {}
  if (!isMap(match)) return []
  const found = queryContradictions(rule, path)
  if (Object.keys(match).length === 0) {
    const message =
      'a rule without conditions would hide every rule below it; what holds for everything belongs at the top level'
    found.push({ path: [...path, 'match'], message })
  }
  const late = ['status', 'type', 'responseHeader'].find((name) => member(match, name) !== undefined)
  if (late === undefined) return found
  for (const early of [['key'], ['cookies'], ['headers', 'request']]) {
    if (valueAt(rule, early) === undefined) continue
    const message = `cannot depend on match.${late}: it is needed before there is a response; use a rule without status, type and responseHeader`
    found.push({ path: [...path, ...early], message })
  }
  return found
}

function queryContradictions(settings: unknown, path: Path): Contradiction[] {
  const query = valueAt(settings, ['key', 'query'])
  if (member(query, 'only') === undefined || member(query, 'ignore') === undefined) return []
  const message = 'cannot be combined with only, which leaves everything else out already'
  return [{ path: [...path, 'key', 'query', 'ignore'], message }]
}

function poolContradictions(pool: unknown, path: Path): Contradiction[] {
  const origins = listAt(pool, 'origins')
  if (isMap(pool) && origins.length === 0) {
    return [{ path: [...path, 'origins'], message: 'missing, a pool has at least one origin' }]
  }
  return originContradictions(origins, [...path, 'origins'])
}

function originContradictions(origins: readonly unknown[], path: Path): Contradiction[] {
  const seen = new Map<unknown, number>()
  return origins.flatMap((origin, index) => {
    const label = isMap(origin) ? (member(origin, 'name') ?? member(origin, 'url')) : origin
    const first = seen.get(label)
    if (label === undefined || first === undefined) {
      seen.set(label, index)
      return []
    }
    return [
      {
        path: [...path, index],
        message: `is the same as ${formatPath([...path, first])}; names and URLs have to differ`,
      },
    ]
  })
}

function sizeContradictions(raw: unknown): Contradiction[] {
  const memory = sizeOf(member(raw, 'memory') ?? '256MiB')
  const objectMax = sizeOf(member(raw, 'objectMax') ?? '4MiB')
  if (memory === undefined || objectMax === undefined || objectMax <= memory) return []
  const path = [member(raw, 'objectMax') === undefined ? 'memory' : 'objectMax']
  return [{ path, message: 'one stored response (objectMax) could be larger than all memory for them (memory)' }]
}

/** Whoever can reach the admin listener can purge everything and drain the origins. */
function adminContradictions(raw: unknown): Contradiction[] {
  const admin = member(raw, 'admin')
  const listen = isMap(admin) ? member(admin, 'listen') : admin
  if (typeof listen !== 'string' || listen === 'off' || member(admin, 'token') !== undefined) return []
  const host = /^(.*):[^:]*$/.exec(listen)?.[1] ?? ''
  if (host === '' || isLoopback(host)) return []
  const message = `needs a token where others than this machine can connect: admin: { listen: "${listen}", token: … }, or BREAKWATER_ADMIN_TOKEN in the environment`
  return [{ path: isMap(admin) ? ['admin', 'listen'] : ['admin'], message }]
}

function sizeOf(value: unknown): number | undefined {
  try {
    return typeof value === 'string' ? parseSize(value) : undefined
  } catch {
    return undefined // reported where the option is read
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function member(value: unknown, name: string): unknown {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function valueAt(value: unknown, names: readonly string[]): unknown {
  return names.reduce(member, value)
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = member(value, name)
  return Array.isArray(list) ? list : []
}

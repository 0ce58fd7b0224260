import type { Override } from '../config/read-config.ts'

/** What `serve` was told on the command line, as commander collects it. */
export interface ServeFlags {
  readonly config?: string
  /** Reload when the file changes. */
  readonly watch?: boolean
  readonly origin?: readonly string[]
  readonly listen?: readonly string[]
  readonly memory?: string
  readonly redis?: string
  readonly memcached?: readonly string[]
  readonly preset?: readonly string[]
  readonly admin?: string
  readonly workers?: string
  readonly logLevel?: string
  readonly accessLog?: string
}

interface Flag {
  readonly name: Exclude<keyof ServeFlags, 'watch'>
  readonly flag: string
  readonly placeholder: string
  /** The option it stands in for; its sentence and default are shown by `--help`. */
  readonly path: readonly string[]
  readonly isRepeatable: boolean
  /** Digits are a number, as they are in the file. */
  readonly isCount?: boolean
}

/** The flags that stand in for an option of the file. */
export const optionFlags: readonly Flag[] = [
  { name: 'origin', flag: '--origin', placeholder: 'URL', path: ['origins'], isRepeatable: true },
  { name: 'listen', flag: '--listen', placeholder: 'HOST:PORT', path: ['listen'], isRepeatable: true },
  { name: 'memory', flag: '--memory', placeholder: 'SIZE', path: ['memory'], isRepeatable: false },
  { name: 'redis', flag: '--redis', placeholder: 'URL', path: ['redis'], isRepeatable: false },
  { name: 'memcached', flag: '--memcached', placeholder: 'HOST:PORT', path: ['memcached'], isRepeatable: true },
  { name: 'preset', flag: '--preset', placeholder: 'NAME', path: ['preset'], isRepeatable: true },
  { name: 'admin', flag: '--admin', placeholder: 'HOST:PORT|off', path: ['admin', 'listen'], isRepeatable: false },
  { name: 'workers', flag: '--workers', placeholder: 'N|auto', path: ['workers'], isRepeatable: false, isCount: true },
  { name: 'logLevel', flag: '--log-level', placeholder: 'LEVEL', path: ['log', 'level'], isRepeatable: false },
  { name: 'accessLog', flag: '--access-log', placeholder: 'FORMAT', path: ['log', 'access'], isRepeatable: false },
]

/** The flags that were given, as values that take the place of the file's. */
export function overridesOf(flags: ServeFlags): Override[] {
  return optionFlags.flatMap(({ name, flag, path, isCount }): Override[] => {
    const value = flags[name]
    return value === undefined
      ? []
      : [{ flag, path, value: isCount && /^[0-9]{1,9}$/.test(value as string) ? Number(value) : value }]
  })
}

/** What may be said by the environment, so that it is in no file and in no list of processes. */
export function overridesOfEnvironment(env: Readonly<Record<string, string | undefined>>): Override[] {
  const token = env.BREAKWATER_ADMIN_TOKEN
  return token === undefined || token === ''
    ? []
    : [{ flag: 'BREAKWATER_ADMIN_TOKEN', path: ['admin', 'token'], value: token }]
}

import type { Config } from '../config/config.ts'
import { type AccessLog, openAccessLog } from '../log/access-log.ts'
import type { EventLog } from '../log/event-log.ts'

/**
 * The access log that the configuration asks for, if any.
 *
 * @throws Error when its file cannot be opened
 */
export function openAccess(config: Config, log: EventLog): AccessLog | undefined {
  const { access, accessFile } = config.log
  if (access === 'off') return undefined
  return openAccessLog({
    format: access,
    file: accessFile,
    onState: (state) => log.warn({ ...state }, 'the access log changed its state'),
  })
}

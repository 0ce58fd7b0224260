import type { Config } from '../config/config.ts'
import { PurgeAccess } from '../invalidate/access.ts'
import { PurgeError } from '../invalidate/orders.ts'
import { HtcpListener } from '../listener/htcp-listener.ts'
import type { EventLog } from '../log/event-log.ts'
import { purge } from '../proxy/answer-purge.ts'
import type { Core } from '../proxy/core.ts'

/**
 * Listens for HTCP where the configuration asks for it.
 *
 * @param core of the configuration in force
 * @throws Error with `syscall` when the address cannot be listened on
 */
export async function openHtcp(
  { purge: { accept, htcp, from } }: Config,
  core: () => Core,
  log: EventLog,
): Promise<HtcpListener | undefined> {
  if (!accept || htcp === undefined) return undefined
  const access = new PurgeAccess({ from, token: undefined })
  const listener = await HtcpListener.start({
    ...htcp,
    allows: (address) => access.allowsAddress(address),
    purge: (uri) => {
      purge(core(), [{ scope: 'uri', uri }]).catch((error: unknown) => {
        if (error instanceof PurgeError) log.warn({ why: error.message }, 'an HTCP datagram could not be obeyed')
        else core().onFault(error)
      })
    },
  })
  log.info({ host: htcp.host, port: listener.port }, 'listening for HTCP')
  return listener
}

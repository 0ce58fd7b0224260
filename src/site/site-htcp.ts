import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/config.ts'
import { PurgeError } from '../invalidate/orders.ts'
import { HtcpListener } from '../listener/htcp-listener.ts'
import type { EventLog } from '../log/event-log.ts'
import { purge } from '../proxy/answer-purge.ts'
import type { Core } from '../proxy/core.ts'

/** What a reload would do: all or nothing of it. */
export interface HtcpChange {
  commit(): void
  abort(): void
}

/** HTCP where the configuration asks for it; who may send is looked up in the one that is in force. */
export class SiteHtcp {
  readonly #core: () => Core
  readonly #log: EventLog
  #place: Place | undefined
  #listener: HtcpListener | undefined

  constructor(core: () => Core, log: EventLog) {
    this.#core = core
    this.#log = log
  }

  /**
   * Opens what another configuration asks for; until `commit` the former place is listened on as well.
   *
   * @throws Error with `syscall` when the address cannot be listened on
   */
  async prepare(config: Config): Promise<HtcpChange> {
    const place = placeOf(config)
    if (isDeepStrictEqual(place, this.#place)) return NO_CHANGE
    const listener = place && (await this.#listen(place))
    return {
      commit: () => {
        this.close()
        this.#place = place
        this.#listener = listener
        if (listener !== undefined) this.#log.info({ host: place?.host, port: listener.port }, 'listening for HTCP')
      },
      abort: () => listener?.close(),
    }
  }

  close(): void {
    this.#listener?.close()
    this.#listener = undefined
  }

  #listen(place: Place): Promise<HtcpListener> {
    return HtcpListener.start({
      ...place,
      allows: (address) => this.#core().purging?.access.allowsAddress(address) === true,
      purge: (uri, address) => {
        const core = this.#core()
        purge(core, [{ scope: 'uri', uri }], { address, dialect: 'htcp' }).catch((error: unknown) => {
          if (error instanceof PurgeError)
            this.#log.warn({ why: error.message }, 'an HTCP datagram could not be obeyed')
          else core.onFault(error)
        })
      },
    })
  }
}

type Place = Pick<Parameters<typeof HtcpListener.start>[0], 'host' | 'port' | 'groupInterface'>

const NO_CHANGE: HtcpChange = { commit: () => {}, abort: () => {} }

function placeOf({ purge: { accept, htcp, htcpInterface } }: Config): Place | undefined {
  return accept && htcp !== undefined ? { ...htcp, groupInterface: htcpInterface } : undefined
}

import type { Config } from '../config/config.ts'
import { PURGE_METHODS } from '../invalidate/read-purge.ts'
import { DEFAULT_LIMITS, DEFAULT_TIMES, type ListenerSettings } from '../listener/listener-settings.ts'
import { compileHosts } from '../policy/hosts.ts'
import { TrustedPeers } from '../request/trusted-peers.ts'

/** The listeners' slice of the configuration. */
export function listenerSettings(config: Config, reusePort: boolean): ListenerSettings {
  const { limits, timeLimits } = config
  return {
    addresses: config.listen,
    reusePort,
    limits: {
      ...DEFAULT_LIMITS,
      headBytesMax: limits.requestHeadBytesMax,
      requestBodyBytesMax: limits.requestBodyBytesMax,
      connectionsMax: limits.connectionsMax,
      connectionsPerAddressMax: limits.connectionsPerAddressMax,
    },
    times: {
      ...DEFAULT_TIMES,
      headMs: timeLimits.headMs,
      idleMs: timeLimits.idleMs,
      bodyStallMs: timeLimits.bodyMs,
      sendStallMs: timeLimits.sendMs,
      tunnelIdleMs: timeLimits.tunnelIdleMs,
    },
    request: {
      servesHost: compileHosts(config.hosts),
      purgeMethods: config.purge.accept ? PURGE_METHODS : new Set(),
      defaultAuthority: defaultAuthority(config),
      trusted: new TrustedPeers(config.trustedProxies),
      pseudonym: config.viaName,
      targetBytesMax: limits.targetBytesMax,
      fieldsMax: limits.requestFieldsMax,
    },
    forwarding: forwardingSettings(config),
  }
}

/** The site meant by an HTTP/1.0 request without Host: the first that is served by name, else the origin's own address. */
function defaultAuthority(config: Config): string | undefined {
  const served = config.hosts.find((host) => !host.includes('*'))
  const [origin] = config.origins
  return served ?? (origin === undefined ? undefined : authorityOfOrigin(origin))
}

function authorityOfOrigin({ url, host }: Config['origins'][number]): string {
  // A unix socket has no host of its own.
  return url.startsWith('http+unix:') ? host : new URL(url).host
}

export function forwardingSettings(config: Config): { pseudonym: string; sendForwarded: boolean } {
  return { pseudonym: config.viaName, sendForwarded: true }
}

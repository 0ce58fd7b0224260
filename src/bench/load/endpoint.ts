/** Where a load goes: whom to connect to, and what to say in `Host`. */
export interface Endpoint {
  readonly isTls: boolean
  readonly host: string
  readonly port: number
  /** The authority of the site, also when the connection goes to a cache in front of it. */
  readonly authority: string
}

/** @param through where to connect instead, for the same site */
export function endpointOf(url: URL, through: URL = url): Endpoint {
  const isTls = through.protocol === 'https:'
  return {
    isTls,
    host: through.hostname.replace(/^\[|\]$/g, ''),
    port: Number(through.port) || (isTls ? 443 : 80),
    authority: url.host,
  }
}

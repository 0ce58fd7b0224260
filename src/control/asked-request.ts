import type { ProxyRequest } from '../request/proxy-request.ts'

/** A request to be explained, not made: plain data. */
export interface AskedRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  /** Name, value, …, as a client sends them. */
  readonly fields: readonly string[]
}

/** The request as the steps take it. */
export function asProxyRequest(asked: AskedRequest, nowMs: number): ProxyRequest {
  return {
    ...asked,
    version: '1.1',
    forwarding: [],
    isForwarded: false,
    clientAddress: '127.0.0.1',
    peerAddress: '127.0.0.1',
    receivedMs: nowMs,
    body: undefined,
    expectsContinue: false,
    acceptsTrailers: false,
    upgrade: undefined,
    exchange: { interim: () => {}, onGone: () => {} },
  }
}

import type { ExchangeRecord } from '../../src/listener/exchange-record.ts'

/** A hit as it ends in the log; tests change what they are about. */
export function exchange(changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    clientAddress: '192.0.2.7',
    peerAddress: '192.0.2.7',
    method: 'GET',
    target: '/posts/1?page=2',
    authority: 'example.com',
    scheme: 'http',
    version: '1.1',
    requestBodyBytes: 0,
    status: 200,
    bodyBytesSent: 5120,
    bytesSent: 5400,
    receivedMs: Date.UTC(2026, 0, 31, 23, 59, 59, 7),
    firstByteMs: Date.UTC(2026, 0, 31, 23, 59, 59, 8),
    endedMs: Date.UTC(2026, 0, 31, 23, 59, 59, 19),
    complete: true,
    decision: { outcome: 'hit', ttlSeconds: 30 },
    referer: 'http://example.com/',
    userAgent: 'Mozilla/5.0 (X11)',
    fields: [],
    responseType: 'text/html; charset=utf-8',
    ...changes,
  }
}

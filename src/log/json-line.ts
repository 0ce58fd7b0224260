import type { LoggedExchange } from '../listener/exchange-record.ts'
import { escapeForJson } from './escape.ts'
import { isoTime } from './log-time.ts'

/**
 * One JSON object a line; what does not apply is left out. The decision's members have the names they have
 * everywhere (`Decision`). Its `key` is not logged: a key recipe may put a cookie's value into it.
 */
export function jsonLine(record: LoggedExchange): string {
  const { decision, receivedMs } = record
  let line = `{"time":"${isoTime(receivedMs)}","client":"${escapeForJson(record.clientAddress)}"`
  if (record.peerAddress !== record.clientAddress) line += text('peer', record.peerAddress)
  line += `,"method":"${escapeForJson(record.method)}","scheme":"${record.scheme}","authority":"${escapeForJson(record.authority)}","target":"${escapeForJson(record.target)}","version":"${escapeForJson(record.version)}","status":${record.status},"bytes":${record.bodyBytesSent},"durationMs":${milliseconds(record.endedMs - receivedMs)}`
  if (record.firstByteMs !== undefined) line += `,"firstByteMs":${milliseconds(record.firstByteMs - receivedMs)}`
  if (!record.complete) line += ',"complete":false'
  line += `,"outcome":"${decision.outcome}"`
  if (decision.detail !== undefined) line += text('detail', decision.detail)
  if (decision.forward !== undefined) line += text('forward', decision.forward)
  if (decision.forwardStatus !== undefined) line += `,"forwardStatus":${decision.forwardStatus}`
  if (decision.stored !== undefined) line += `,"stored":${decision.stored}`
  if (decision.collapsed !== undefined) line += `,"collapsed":${decision.collapsed}`
  if (decision.ttlSeconds !== undefined) line += `,"ttlSeconds":${decision.ttlSeconds}`
  if (decision.rule !== undefined) line += text('rule', decision.rule)
  if (decision.origin !== undefined) line += text('origin', decision.origin)
  if (record.responseType !== undefined) line += text('type', record.responseType)
  if (record.referer !== undefined) line += text('referer', record.referer)
  if (record.userAgent !== undefined) line += text('userAgent', record.userAgent)
  return `${line}}\n`
}

function text(name: string, value: string): string {
  return `,"${name}":"${escapeForJson(value)}"`
}

/** Three decimals: a hit in memory takes microseconds. */
function milliseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

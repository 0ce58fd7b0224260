import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { ExchangeRecord, LoggedExchange } from '../../src/listener/exchange-record.ts'
import { FullLane } from '../../src/listener/full-lane.ts'
import type { LaneContext } from '../../src/listener/lane-context.ts'
import { SILENT_HOOKS } from '../../src/listener/listener-hooks.ts'
import { OpenConnections } from '../../src/listener/open-connections.ts'
import { PlainLane } from '../../src/listener/plain-lane/plain-lane.ts'
import { appendCombinedHit, combinedLine } from '../../src/log/combined-line.ts'
import { LineBytes } from '../../src/log/line-bytes.ts'
import { createMemoryAnswers } from '../../src/proxy/answer-from-memory.ts'
import type { ScriptedCore } from '../proxy/support/scripted-core.ts'
import { type LaneOptions, laneSettings } from './scripted-lane.ts'

/** One lane on a port of its own, over a core with a memory of its own. */
export interface OneLane {
  readonly port: number
  readonly core: ScriptedCore
  /** Those of hits have no fields. */
  readonly records: (ExchangeRecord | LoggedExchange)[]
  /** What its access log would have, in the combined format. */
  readonly log: string
  /** Connections that the plain lane gave away. */
  readonly handedOver: number
  /** Requests that took the general way through the core. */
  readonly general: number
  stop(): Promise<void>
}

export async function startOneLane(
  kind: 'plain' | 'full',
  core: ScriptedCore,
  options: LaneOptions = {},
): Promise<OneLane> {
  const records: (ExchangeRecord | LoggedExchange)[] = []
  const lines = new LineBytes(64 * 1024)
  let general = 0
  const context: LaneContext = {
    settings: laneSettings(options),
    handle: (request) => {
      general++
      return core.handle(request)
    },
    answerFromMemory: kind === 'plain' ? createMemoryAnswers(core.core) : undefined,
    hooks: {
      ...SILENT_HOOKS,
      onExchange: (record) => {
        records.push(record)
        lines.text(combinedLine(record))
      },
      onHit: (_, answered) => {
        if (!appendCombinedHit(lines, answered)) lines.text(combinedLine(answered.record()))
      },
      onHitRecord: (record) => void records.push(record),
      ...options.hooks,
    },
    clock: core.clock,
    isDraining: false,
  }
  const fullLane = new FullLane(context)
  const plainLane = new PlainLane(context, fullLane)
  const connections = new OpenConnections(context, (connection) => fullLane.refuseLateHead(connection))
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = connections.accept(socket, 'http')
    if (connection !== undefined) (kind === 'plain' ? plainLane : fullLane).take(connection)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    core,
    records,
    get log() {
      return lines.filled().toString('latin1')
    },
    get handedOver() {
      return plainLane.handedOver
    },
    get general() {
      return general
    },
    async stop() {
      server.close()
      await connections.drain(0)
    },
  }
}

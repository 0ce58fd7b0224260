import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Server, startBreakwater, startPassFloor, startPeer } from '../support/server.ts'
import { withoutLog } from './access-log.ts'
import type { Bench } from './bench.ts'
import type { Question } from './question.ts'
import { withOneWorker } from './workers.ts'

/** Starts the servers that a question compares, Breakwater first; the floors of hits come later, because they repeat an answer. */
export async function startCompared({ compared }: Question, { place, peers }: Bench): Promise<Server[]> {
  const accessLog = compared.accessLog === true
  const servers: Server[] = []
  const add = async (starting: Promise<Server>) => void servers.push(await starting)
  try {
    if (compared.workers === true) {
      const configuration = ['workers: 2']
      await add(startBreakwater({ name: 'Breakwater', configuration }, { ...place, cores: twoCores }))
      await add(startBreakwater({ name: withOneWorker }, place))
    } else {
      await add(startBreakwater({ name: 'Breakwater', accessLog }, place))
      if (accessLog) await add(startBreakwater({ name: withoutLog }, place))
    }
    if (compared.peers) for (const peer of peers) await add(startPeer(peer, { accessLog }, place))
    if (compared.floor === 'pass') await add(startPassFloor(place))
    return servers
  } catch (error) {
    for (const server of servers) await server.stop()
    throw error
  }
}

const twoCores = '0,1'

/** Why this version cannot be asked; undefined when it can. */
export function unavailable({ compared }: Question, { place }: Bench): string | undefined {
  if (compared.workers !== true) return undefined
  const file = join(place.folder, 'workers.yaml')
  writeFileSync(file, 'workers: 2\n')
  const main = join(import.meta.dirname, '../../src/main.ts')
  const { status } = spawnSync(process.execPath, [main, 'check', file], { stdio: 'ignore', timeout: 30_000 })
  return status === 0 ? undefined : 'not available in this version: there is no option `workers`'
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { type Program, startProgram } from '../../test/support/processes.ts'
import { filesMax, type InstalledPeer, searchPath } from './peers/installed.ts'
import { giveTo, removeSharedMemoryAtExit } from './ram-folder.ts'

/** A server that is measured, while it runs. */
export interface Server {
  readonly name: string
  readonly kind: 'breakwater' | 'peer' | 'floor' | 'pass-floor'
  readonly port: number
  /** The processes whose CPU time is its cost, with all their children. */
  readonly pids: readonly number[]
  /** Where it writes its access log, if it does. */
  readonly logFile: string | undefined
  stop(): Promise<void>
}

/** Where servers run. */
export interface Place {
  /** On the RAM disk; each server gets a folder in it. */
  readonly folder: string
  readonly originPort: number
  /** What `taskset` takes. */
  readonly cores: string
}

/** For what is stored, the same for all. */
export const memoryMiB = 1024

const mainFile = join(import.meta.dirname, '../../src/main.ts')
let folders = 0

export interface BreakwaterSettings {
  readonly name: string
  readonly accessLog?: boolean
  /** Lines of configuration beside those that say where it listens, what is behind it and how much it may store. */
  readonly configuration?: readonly string[]
  readonly memory?: string
  readonly nodeArguments?: readonly string[]
}

/** Starts Breakwater as a user would, with a configuration file. */
export async function startBreakwater(
  settings: BreakwaterSettings,
  place: Place,
): Promise<Server & { program: Program }> {
  const folder = newFolder(place)
  const logFile = settings.accessLog === true ? join(folder, 'access.log') : undefined
  const file = join(folder, 'breakwater.yaml')
  const lines = [
    'listen: 127.0.0.1:0',
    `origins: [{ url: "http://127.0.0.1:${place.originPort}" }]`,
    `memory: ${settings.memory ?? `${memoryMiB}MiB`}`,
    `log: { level: warn${logFile === undefined ? '' : `, access: combined, accessFile: ${logFile}`} }`,
    ...(settings.configuration ?? []),
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const nodeArguments = [...(settings.nodeArguments ?? []), mainFile, 'serve', '--config', file]
  const program = await startProgram({
    command: 'taskset',
    arguments: ['-c', place.cores, process.execPath, ...nodeArguments],
    // As the shipped service and image start it.
    environment: { NODE_OPTIONS: '--v8-pool-size=1' },
    ready: /breakwater: listening on https?:\/\/\S+:(\d+)/,
  })
  const port = Number(program.readyLine![1])
  return { ...running({ kind: 'breakwater', name: settings.name, port }, [program]), logFile, program }
}

export async function startPeer(
  { peer }: InstalledPeer,
  { accessLog }: { readonly accessLog: boolean },
  place: Place,
): Promise<Server> {
  const folder = newFolder(place)
  const port = await freePort()
  const { originPort, cores } = place
  const start = peer.prepare({ folder, port, originPort, memoryMiB, accessLog, filesMax: filesMax() })
  if (start.user !== undefined) giveTo(start.user, folder)
  if (start.sharedMemory !== undefined) removeSharedMemoryAtExit(start.sharedMemory)
  const pinned = (command: string, more: readonly string[], ready: RegExp | { readonly port: number }) =>
    startProgram({
      command: 'taskset',
      arguments: ['-c', cores, command, ...more],
      folder,
      environment: searchPath,
      ready,
      patienceMs: 30_000,
    })
  const programs = [await pinned(peer.command, start.arguments, { port })]
  if (start.companion !== undefined)
    programs.push(await pinned(start.companion.command, start.companion.arguments, /^/))
  return {
    ...running({ kind: 'peer', name: peer.name, port }, programs),
    logFile: accessLog ? start.logFile : undefined,
  }
}

/** How a floor reads: as every program on `net` does, or as the plain lane does. */
export const floorReadings = ['stream', 'inbox'] as const

const floorNames = { stream: 'floor', inbox: 'lowest floor' }

/** @param response the bytes it answers with, whatever it is asked */
export async function startFloor(
  reading: (typeof floorReadings)[number],
  response: Buffer,
  place: Place,
): Promise<Server> {
  const file = join(newFolder(place), 'response')
  writeFileSync(file, response)
  const program = await startProgram({
    command: 'taskset',
    arguments: ['-c', place.cores, process.execPath, join(import.meta.dirname, 'floor.ts'), reading, file],
    ready: /floor: listening on (\d+)/,
  })
  return running({ kind: 'floor', name: floorNames[reading], port: Number(program.readyLine![1]) }, [program])
}

/** Starts what passes bytes between clients and the origin without looking at them. */
export async function startPassFloor({ cores, originPort }: Place): Promise<Server> {
  const program = await startProgram({
    command: 'taskset',
    arguments: ['-c', cores, process.execPath, join(import.meta.dirname, 'pass-floor.ts'), `${originPort}`],
    ready: /pass floor: listening on (\d+)/,
  })
  return running({ kind: 'pass-floor', name: 'pass floor', port: Number(program.readyLine![1]) }, [program])
}

function running(server: Pick<Server, 'kind' | 'name' | 'port'>, programs: readonly Program[]): Server {
  return {
    ...server,
    pids: programs.map(({ pid }) => pid),
    logFile: undefined,
    async stop() {
      for (const program of programs.toReversed()) await program.stop()
    },
  }
}

function newFolder({ folder }: Place): string {
  const path = join(folder, `server-${++folders}`)
  mkdirSync(path)
  return path
}

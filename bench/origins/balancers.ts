import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { type Program, startProgram } from '../../test/support/processes.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'

/** What stands in front of the origins, while it runs. */
export interface Balancer {
  readonly port: number
  readonly program: Program
}

export interface Protection {
  /** Requests that an origin gets at a time; undefined: as many as come. */
  readonly atATime: number | undefined
  /** Requests that wait for an origin, and how long at most; only where there is a limit. */
  readonly queue: number
  readonly queueMs: number
}

export interface BalancerKind {
  readonly name: string
  start(originPorts: readonly number[], protection: Protection): Promise<Balancer>
}

const mainFile = join(import.meta.dirname, '../../src/main.ts')
const UNLIMITED = 100_000

export const breakwater: BalancerKind = {
  name: 'breakwater',
  async start(originPorts, { atATime, queue, queueMs }) {
    const file = written(
      'breakwater.yaml',
      `listen: 127.0.0.1:0
cache: pass
origins: [${originPorts.map((port) => `"http://127.0.0.1:${port}"`).join(', ')}]
limits: { originConnections: ${atATime ?? UNLIMITED}, originQueue: ${queue} }
timeLimits: { queue: ${queueMs}ms }
log: { level: error }
`,
    )
    const program = await startProgram({
      command: process.execPath,
      arguments: [mainFile, 'serve', '--config', file],
      ready: /breakwater: listening on https?:\/\/\S+:(\d+)/,
    })
    return { program, port: Number(program.readyLine![1]) }
  },
}

export const nginx: BalancerKind = {
  name: 'nginx',
  async start(originPorts, { atATime }) {
    const port = await freePort()
    // Without a queue (that is for sale) a limit refuses what is above it.
    const limit = atATime === undefined ? '' : ` max_conns=${atATime}`
    const file = written(
      'nginx.conf',
      `daemon off; master_process off; pid /dev/null; error_log /dev/null;
worker_rlimit_nofile 20000;
events { worker_connections 9000; }
http {
  access_log off;
  upstream origins { ${originPorts.map((origin) => `server 127.0.0.1:${origin}${limit};`).join(' ')} keepalive 256; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://origins; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
    )
    return { port, program: await startProgram({ command: 'nginx', arguments: ['-c', file], ready: { port } }) }
  },
}

export const haproxy: BalancerKind = {
  name: 'HAProxy',
  async start(originPorts, { atATime, queueMs }) {
    const port = await freePort()
    const limit = atATime === undefined ? '' : ` maxconn ${atATime}`
    const servers = originPorts.map((origin, index) => `  server o${index} 127.0.0.1:${origin}${limit}`)
    const file = written(
      'haproxy.cfg',
      `global
  maxconn 9000
  nbthread 1
defaults
  mode http
  timeout connect 3s
  timeout client 60s
  timeout server 60s
  timeout queue ${queueMs}ms
listen site
  bind 127.0.0.1:${port}
  balance roundrobin
${servers.join('\n')}
`,
    )
    return { port, program: await startProgram({ command: 'haproxy', arguments: ['-f', file], ready: { port } }) }
  },
}

let folder: string | undefined
let files = 0

/** Writes a file of its own, which is removed when this process ends. */
export function written(name: string, text: string): string {
  folder ??= temporaryFolder().path
  const file = join(folder, `${++files}-${name}`)
  writeFileSync(file, text)
  return file
}

/** Starts origins that do 20 requests at a time, 50 ms each. */
export async function startOrigins(count: number): Promise<{ ports: readonly number[]; stop(): Promise<void> }> {
  const programs = await Promise.all(
    Array.from({ length: count }, () =>
      startProgram({
        command: process.execPath,
        arguments: [join(import.meta.dirname, 'slow-origin.ts'), String(AT_A_TIME), String(SERVICE_MS)],
        ready: /listening on (\d+)/,
      }),
    ),
  )
  return {
    ports: programs.map(({ readyLine }) => Number(readyLine![1])),
    async stop() {
      await Promise.all(programs.map((program) => program.kill()))
    },
  }
}

export const AT_A_TIME = 20
export const SERVICE_MS = 50

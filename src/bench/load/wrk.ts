import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { processUse } from '../servers/process-memory.ts'
import { type Programs, searchPath } from '../servers/programs.ts'
import type { Endpoint } from './endpoint.ts'

export interface WrkResult {
  readonly requests: number
  readonly perSecond: number
  readonly errors: number
  readonly p99Ms: number
  /** Of one core. */
  readonly cpuShare: number
}

export interface WrkLoad {
  readonly endpoint: Endpoint
  readonly path: string
  readonly connections: number
  readonly seconds: number
}

/** As many requests as one thread of wrk can send, each connection the next when it has the last. @throws when it fails */
export async function runWrk(
  programs: Programs,
  { endpoint, path, connections, seconds }: WrkLoad,
): Promise<WrkResult> {
  const words = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '10s']
  const child = programs.adopt(
    spawn('wrk', [...words, '-H', 'Accept-Encoding: gzip, deflate', `http://${endpoint.authority}${path}`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, PATH: searchPath },
    }),
  )
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  // Shortly before its end, after which nothing is known of a process.
  let cpuSeconds = 0
  const lookAtSeconds = seconds - 0.2
  const timer = setTimeout(() => {
    cpuSeconds = processUse([child.pid ?? -1])?.cpuSeconds ?? 0
  }, lookAtSeconds * 1000)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  if (code !== 0) throw new Error(`wrk ended with ${code}`)
  return { ...parseWrk(output), cpuShare: cpuSeconds / lookAtSeconds }
}

/** @throws when it is not what wrk 4 writes */
function parseWrk(output: string): Omit<WrkResult, 'cpuShare'> {
  const perSecond = Number(/^Requests\/sec:\s+([\d.]+)/m.exec(output)?.[1])
  const requests = Number(/^\s*(\d+) requests in/m.exec(output)?.[1])
  const [, p99, unit = ''] = /^\s*99%\s+([\d.]+)(us|ms|s|m)$/m.exec(output) ?? []
  if (Number.isNaN(perSecond + requests)) throw new Error(`Cannot read what wrk wrote:\n${output}`)
  const failures = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output) ?? []
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0)
  return {
    requests,
    perSecond,
    errors: failures.slice(1).reduce((sum, count) => sum + Number(count), refused),
    p99Ms: Number(p99 ?? 0) * ({ us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit] ?? 1),
  }
}

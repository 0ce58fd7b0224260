import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpus, release } from 'node:os'
import { selectingKey, selectVariant } from '../../src/rfc9111/vary.ts'
import { MemoryTier } from '../../src/tiers/memory/memory-tier.ts'
import { startMemcached } from '../../test/support/memcached.ts'
import { startRedis } from '../../test/support/redis.ts'
import { openMemcached, openRedis, stored } from '../../test/tiers/tier-fixtures.ts'

/*
 * How long does a tier take to find something, and what does that cost this process? `node bench/tiers/find.ts [--quick]`
 * Real servers on loopback, one find at a time (latency) and sixteen at a time (CPU).
 */

const isQuick = process.argv.includes('--quick')
const roundMs = isQuick ? 300 : 2_000
const sizes = [1024, 64 * 1024, 900 * 1024]
const together = 16
const requestFields = ['Accept-Encoding', 'gzip']

interface Measured {
  readonly find: (key: string) => Promise<{ readonly body: Buffer } | undefined>
  readonly put: (key: string, bytes: number) => Promise<void>
  readonly stop: () => Promise<unknown>
}

const response = (bytes: number) => {
  const fields = ['Content-Type', 'text/html', 'ETag', '"5f3-61a"', 'Cache-Control', 'max-age=60', 'Server', 'Apache']
  return stored(randomBytes(bytes), { fields })
}

const tiers: Readonly<Record<string, () => Promise<Measured>>> = {
  async memory() {
    const memory = new MemoryTier({ bytesMax: 64 << 20, objectBytesMax: 4 << 20, variantsMax: 8 })
    return {
      find: async (key) => selectVariant(memory.get(key) ?? [], requestFields),
      put: async (key, bytes) => {
        memory.put(key, response(bytes), ({ selecting }) => selectingKey(selecting) === '')
      },
      stop: async () => {},
    }
  },
  async redis() {
    const server = await startRedis()
    return remote(await openRedis(server.url), () => server.kill())
  },
  async 'redis, signed'() {
    const server = await startRedis()
    return remote(await openRedis(server.url, { secret: 'a secret' }), () => server.kill())
  },
  async memcached() {
    const server = await startMemcached()
    return remote(await openMemcached([`127.0.0.1:${server.port}`]), () => server.kill())
  },
}

function remote({ tier }: Awaited<ReturnType<typeof openRedis>>, kill: () => Promise<unknown>): Measured {
  return {
    find: (key) => tier.find(key, requestFields),
    async put(key, bytes) {
      tier.put(key, response(bytes), 600)
      await tier.settled()
    },
    async stop() {
      await tier.close()
      await kill()
    },
  }
}

async function measure({ find, put }: Measured, bytes: number): Promise<string[]> {
  const key = `http:11:example.com:/${bytes}`
  await put(key, bytes)
  if ((await find(key))?.body.length !== bytes) throw new Error(`Cannot measure: ${bytes} bytes are not found again`)
  await repeat(roundMs / 4, () => find(key))
  const latenciesMs: number[] = []
  await repeat(roundMs, async () => {
    const startMs = performance.now()
    await find(key)
    latenciesMs.push(performance.now() - startMs)
  })
  latenciesMs.sort((a, b) => a - b)
  const quantile = (part: number) => micros(latenciesMs[Math.floor(latenciesMs.length * part)]! * 1000)
  const before = process.cpuUsage()
  const rounds = await repeat(roundMs, () => Promise.all(Array.from({ length: together }, () => find(key))))
  const { user, system } = process.cpuUsage(before)
  return [quantile(0.5), quantile(0.99), micros((user + system) / (rounds * together))]
}

async function repeat(forMs: number, work: () => Promise<unknown>): Promise<number> {
  const untilMs = performance.now() + forMs
  let rounds = 0
  for (; performance.now() < untilMs; rounds++) await work()
  return rounds
}

function micros(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

console.log(
  `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Linux ${release()}, Node ${process.versions.node}`,
)
console.log(`commit ${commit()}; ${roundMs} ms a figure; server on the same machine\n`)
console.log('| tier | body | median µs | p99 µs | CPU µs of this process per find |\n| --- | --- | --- | --- | --- |')
for (const [name, open] of Object.entries(tiers)) {
  const measured = await open()
  for (const bytes of sizes) {
    console.log(`| ${[name, `${bytes / 1024} KB`, ...(await measure(measured, bytes))].join(' | ')} |`)
  }
  await measured.stop()
}

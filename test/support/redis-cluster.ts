import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { type Server, startRedis } from './redis.ts'

export interface RedisCluster {
  readonly nodes: readonly Server[]
  /** As the redis tier takes it. */
  readonly url: string
  stop(): Promise<void>
}

/** Three masters on loopback, each with a third of the slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all([clusterNode(), clusterNode(), clusterNode()])
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()))
  }
  try {
    await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
    // A node says ok some time after the others have told it.
    await Promise.all(nodes.map((node) => node.output(/Cluster state changed: ok/)))
  } catch (error) {
    await stop()
    throw error
  }
  return { nodes, url: `redis-cluster://${addresses.join(',')}`, stop }
}

async function clusterNode(): Promise<Server> {
  // Its own default for the bus is the port plus 10000, which may not be a port.
  const busPort = String(await freePort())
  return startRedis({
    arguments: ['--cluster-enabled', 'yes', '--cluster-port', busPort, '--cluster-node-timeout', '2000'],
  })
}

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { freePort } from '../../../src/bench/servers/free-port.ts'
import { parseRedisUrl } from '../../../src/tiers/redis/redis-url.ts'
import { startMemcached } from '../../support/memcached.ts'
import { startProgram } from '../../support/processes.ts'
import { startRedis } from '../../support/redis.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { testCertificate, testCertificateKey } from '../test-certificate.ts'
import { type OpenTier, openMemcached, openRedis, stored } from '../tier-fixtures.ts'

/** Those that docs/tiers.md lists; no others may be needed. */
const documentedRights = /^\s+user shop .*~shop:\* (.*)$/m
  .exec(readFileSync(join(import.meta.dirname, '../../../docs/tiers.md'), 'utf8'))![1]!
  .split(' ')

async function assertKeeps({ tier }: OpenTier): Promise<void> {
  tier.put('/', stored('kept'), 60)
  await tier.settled()
  assert.equal((await tier.find('/', []))?.body.toString(), 'kept')
}

describe('URLs of Redis', () => {
  it('say where it is and who we are', () => {
    const single = {
      kind: 'single',
      masterName: undefined,
      username: undefined,
      password: undefined,
      db: 0,
      tls: false,
    }
    const host = { host: 'h', port: 6379 }
    const read: readonly (readonly [string, object])[] = [
      ['redis://h', { ...single, addresses: [host] }],
      ['valkey://h:7000/3', { ...single, addresses: [{ host: 'h', port: 7000 }], db: 3 }],
      ['rediss://u:p%40%2F@h/', { ...single, addresses: [host], username: 'u', password: 'p@/', tls: true }],
      ['redis://:secret@[::1]:1', { ...single, addresses: [{ host: '::1', port: 1 }], password: 'secret' }],
      ['unix:///run/r.sock?db=2', { ...single, addresses: [{ path: '/run/r.sock' }], db: 2 }],
      ['redis-cluster://h,i:7001', { ...single, kind: 'cluster', addresses: [host, { host: 'i', port: 7001 }] }],
      [
        'redis-sentinel://:p@h,i:1/main/4',
        {
          ...single,
          ...{ kind: 'sentinel', masterName: 'main', password: 'p', db: 4 },
          addresses: [
            { host: 'h', port: 26379 },
            { host: 'i', port: 1 },
          ],
        },
      ],
    ]
    for (const [url, place] of read) assert.deepEqual(parseRedisUrl(url), place, url)
  })

  it('that cannot be meant are refused, and no password is in the message', () => {
    const bad = [
      '',
      'h:6379',
      'http://h',
      'redis://',
      'redis://:hunter2@h:99999',
      'redis://:hunter2@h/x',
      'redis://:hunter2@h/0/1',
      'redis://:hunter2@a,b',
      'unix://:hunter2@relative',
      'redis-sentinel://:hunter2@h',
      'redis-cluster://:hunter2@h/1',
      '__proto__://h',
    ]
    for (const url of bad) {
      assert.throws(
        () => parseRedisUrl(url),
        (error) => error instanceof RangeError && !error.message.includes('hunter2'),
        url,
      )
    }
  })
})

describe('the redis tier', () => {
  it('keeps its records in the database of the URL', async () => {
    const server = await startRedis()
    const third = await openRedis(`${server.url}/3`)
    const first = await openRedis(server.url)
    await assertKeeps(third)
    assert.equal(await first.tier.find('/', []), undefined)
    await Promise.all([third.tier.close(), first.tier.close()])
    await server.kill()
  })

  it('A-TI-14 keeps two sites on one server apart by their prefixes', async () => {
    const server = await startRedis()
    const [one, two] = [await openRedis(server.url, { prefix: 'one' }), await openRedis(server.url, { prefix: 'two' })]
    await assertKeeps(one)
    assert.equal(await two.tier.find('/', []), undefined)
    await Promise.all([one.tier.close(), two.tier.close()])
    await server.kill()
  })

  it('refuses a prefix that could not be a name', async () => {
    await assert.rejects(openRedis('redis://127.0.0.1:1', { prefix: 'a b' }), /Cannot use prefix/)
  })

  it('gives user and password; a wrong one is down with the reason, and no password in it', async () => {
    const server = await startRedis({
      arguments: ['--requirepass', 'right', '--user', 'cache', 'on', '>word', '~breakwater:*', ...documentedRights],
    })
    const withPassword = await openRedis(`redis://:right@127.0.0.1:${server.port}`)
    await assertKeeps(withPassword)
    const asUser = await openRedis(`redis://cache:word@127.0.0.1:${server.port}`)
    await assertKeeps(asUser)
    const lease = await asUser.tier.lease('/', 1_000)
    if (lease.kind === 'won') lease.release()
    asUser.tier.remove('/')
    await asUser.tier.settled()
    assert.deepEqual([lease.kind, asUser.tier.counts().refused], ['won', 0])
    for (const [credentials, why] of [
      [':wrong@', /WRONGPASS/],
      ['', /NOAUTH/],
    ] as const) {
      const { tier, states } = await openRedis(`redis://${credentials}127.0.0.1:${server.port}`)
      assert.equal(tier.state, 'down')
      const said = (await states.latest('down')).why ?? ''
      assert.match(said, why)
      assert.doesNotMatch(said, /wrong/)
      assert.equal(await tier.find('/', []), undefined)
      await tier.close()
    }
    await Promise.all([withPassword.tier.close(), asUser.tier.close()])
    await server.kill()
  })

  it('speaks over a Unix socket', async () => {
    const folder = temporaryFolder()
    const path = join(folder.path, 'redis.sock')
    const server = await startRedis({ arguments: ['--unixsocket', path] })
    const opened = await openRedis(`unix://${path}`)
    await assertKeeps(opened)
    await opened.tier.close()
    await server.kill()
    folder.remove()
  })

  it('speaks TLS with a server whose certificate it believes, and with no other', async () => {
    const folder = temporaryFolder()
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')]
    writeFileSync(key, testCertificateKey, { mode: 0o644 })
    writeFileSync(cert, testCertificate)
    const port = await freePort()
    const server = await startRedis({
      arguments: [
        ...['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key],
        ...['--tls-ca-cert-file', cert, '--tls-auth-clients', 'no'],
      ],
    })
    const trusting = await openRedis(`rediss://127.0.0.1:${port}`, { ca: testCertificate })
    await assertKeeps(trusting)
    const wary = await openRedis(`rediss://127.0.0.1:${port}`)
    assert.equal(wary.tier.state, 'down')
    assert.match((await wary.states.latest('down')).why ?? '', /certificate/)
    await Promise.all([trusting.tier.close(), wary.tier.close()])
    await server.kill()
    folder.remove()
  })

  it('on a replica reads, and stores nothing', async () => {
    const master = await startRedis()
    const toMaster = await openRedis(master.url)
    await assertKeeps(toMaster)
    const replica = await startRedis({ arguments: ['--replicaof', '127.0.0.1', String(master.port)] })
    await replica.output(/MASTER <-> REPLICA sync: Finished with success/)
    const toReplica = await openRedis(replica.url)
    assert.equal((await toReplica.tier.find('/', []))?.body.toString(), 'kept')
    toReplica.tier.put('/other', stored('x'), 60)
    await toReplica.tier.settled()
    assert.equal(toReplica.tier.state, 'read-only')
    assert.match((await toReplica.states.latest('read-only')).why ?? '', /READONLY/)
    await Promise.all([toMaster.tier.close(), toReplica.tier.close()])
    await Promise.all([master.kill(), replica.kill()])
  })

  it('without memory left reads, and stores nothing', async () => {
    const server = await startRedis({ arguments: ['--maxmemory', '6mb', '--maxmemory-policy', 'noeviction'] })
    const { tier } = await openRedis(server.url)
    for (let i = 0; i < 8; i++) {
      tier.put(`/${i}`, stored(Buffer.alloc(1024 * 1024)), 60)
      await tier.settled()
    }
    assert.equal(tier.state, 'read-only')
    assert.equal((await tier.find('/0', []))?.body.length, 1024 * 1024)
    await tier.close()
    await server.kill()
  })

  it('on a cluster of which a node is killed goes on with the others', async () => {
    const cluster = await startRedisCluster()
    const { tier, states } = await openRedis(cluster.url, { deadlineMs: 50 })
    await cluster.nodes[0]!.kill()
    const keys = Array.from({ length: 60 }, (_, i) => `/${i}`)
    const findAll = () => Promise.all(keys.map((key) => tier.find(key, [])))
    while (!states.changes.some(({ state }) => state === 'down')) await findAll()
    assert.equal(tier.state, 'partly')
    await tier.close()
    await cluster.stop()
  })

  it('follows the sentinels to another master', async () => {
    const folder = temporaryFolder()
    const master = await startRedis()
    const replica = await startRedis({ arguments: ['--replicaof', '127.0.0.1', String(master.port)] })
    await replica.output(/MASTER <-> REPLICA sync: Finished with success/)
    const port = await freePort()
    const file = join(folder.path, 'sentinel.conf')
    writeFileSync(
      file,
      `port ${port}\nbind 127.0.0.1\ndir ${folder.path}\n` +
        `sentinel monitor main 127.0.0.1 ${master.port} 1\nsentinel down-after-milliseconds main 500\n`,
    )
    const sentinel = await startProgram({
      command: 'redis-server',
      arguments: [file, '--sentinel'],
      ready: /\+slave slave/,
      patienceMs: 30_000,
    })
    const opened = await openRedis(`redis-sentinel://127.0.0.1:${port}/main`)
    await assertKeeps(opened)
    await master.kill()
    await sentinel.output(/\+switch-master main/)
    await opened.tier.find('/', [])
    await opened.states.latest('up')
    await assertKeeps(opened)
    await opened.tier.close()
    await Promise.all([sentinel.kill(), replica.kill()])
    folder.remove()
  })
})

describe('the memcached tier', () => {
  it('speaks over a Unix socket', async () => {
    const folder = temporaryFolder()
    const path = join(folder.path, 'memcached.sock')
    const server = await startProgram({
      command: 'memcached',
      arguments: ['-s', path, '-a', '0777', '-u', 'root', '-vv'],
      ready: /slab class\s+\d+: chunk size/,
    })
    const opened = await openMemcached([path])
    await opened.states.latest('up')
    await assertKeeps(opened)
    await opened.tier.close()
    await server.kill()
    folder.remove()
  })

  it('stores what is larger than an item of the server, whatever the limit there', async () => {
    const server = await startMemcached({ arguments: ['-I', '2m'] })
    const opened = await openMemcached([`127.0.0.1:${server.port}`], { itemBytesMax: 1_900_000 })
    opened.tier.put('/', stored(Buffer.alloc(3_000_000, 'y')), 60)
    await opened.tier.settled()
    assert.equal((await opened.tier.find('/', []))?.body.length, 3_000_000)
    await opened.tier.close()
    await server.kill()
  })
})

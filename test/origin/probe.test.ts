import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { MemberChange } from '../../src/origin/member-state.ts'
import type { ProbeSettings } from '../../src/origin/probe.ts'
import { ProbeWindow } from '../../src/origin/probe-window.ts'
import type { PoolSettings } from '../../src/origin/settings.ts'
import { slowStartFactor } from '../../src/origin/slow-start.ts'
import type { OriginScript, ScriptedOrigin } from '../support/scripted-origin.ts'
import { anOrigin, aPool, ask } from './support/asking.ts'

const probe: ProbeSettings = {
  method: 'GET',
  path: '/health',
  host: undefined,
  statuses: [{ first: 200, last: 299 }],
  body: undefined,
  intervalMs: 5_000,
  timeoutMs: 2_000,
  window: 8,
  threshold: 3,
  initially: 'well',
}

describe('the window of probes', () => {
  const results = (settings: Partial<ProbeSettings>, probes: string): boolean[] => {
    const window = new ProbeWindow({ ...probe, ...settings })
    return [...probes].map((result) => {
      window.record(result === '+')
      return window.isWell
    })
  }

  it('is well while 3 of the last 8 were good', () => {
    assert.deepEqual(
      results({}, '++++++++-----'),
      Array.from({ length: 13 }, () => true),
    )
    assert.equal(results({}, '++++++++------').at(-1), false)
    assert.equal(results({}, '++++++++--------++').at(-1), false)
    assert.equal(results({}, '++++++++--------+++').at(-1), true)
  })

  it('starts well or sick, as set; one good probe ends a pessimistic start', () => {
    assert.equal(new ProbeWindow(probe).isWell, true)
    assert.equal(new ProbeWindow({ ...probe, initially: 'sick' }).isWell, false)
    assert.deepEqual(results({ initially: 'sick' }, '-+'), [false, true])
    assert.deepEqual(results({ window: 1, threshold: 1 }, '-+'), [false, true])
  })
})

describe('slow start', () => {
  it('goes from a tenth of the weight to all of it', () => {
    assert.equal(slowStartFactor(0, 10_000), 0.1)
    assert.equal(slowStartFactor(5_000, 10_000), 0.55)
    assert.equal(slowStartFactor(10_000, 10_000), 1)
    assert.equal(slowStartFactor(-5, 10_000), 0.1)
    assert.equal(slowStartFactor(Number.POSITIVE_INFINITY, 0), 1)
  })
})

/** A pool that probes with a window of one, so that each probe decides. */
async function probed(
  t: TestContext,
  scripts: readonly OriginScript[],
  own: Partial<ProbeSettings> = {},
  settings: Partial<PoolSettings> = {},
) {
  const origins = await Promise.all(scripts.map((script) => anOrigin(t, script)))
  const changes: MemberChange[] = []
  const waiting = new Set<() => void>()
  const made = aPool(t, origins, {
    settings: { probe: { ...probe, window: 1, threshold: 1, ...own }, ...settings },
    environment: {
      onState: (change) => {
        changes.push(change)
        for (const wake of waiting) wake()
      },
    },
  })
  const changed = async (count: number): Promise<void> => {
    while (changes.length < count) await new Promise<void>((resolve) => waiting.add(resolve))
  }
  return { ...made, origins, changes, changed }
}

const ok: OriginScript = (request) => request.respond()
const probesOf = (origin: ScriptedOrigin) => origin.requests.filter(({ target }) => target === '/health')

describe('active probes', () => {
  it('ask each member at intervals, each time on a connection of its own, as set', async (t) => {
    const { clock, origins } = await probed(t, [ok], { method: 'HEAD', host: 'site.test' })
    const [origin] = origins
    clock.advance(0)
    const first = await origin!.request(1)
    assert.equal(first.head.split('\r\n')[0], 'HEAD /health HTTP/1.1')
    assert.equal(first.field('host'), 'site.test')
    await origin!.connections[0]!.closed
    // The jitter of a held chance is a tenth less.
    clock.advance(4_500)
    await origin!.request(2)
    assert.equal(origin!.connections.length, 2)
    assert.equal(first.field('user-agent'), 'Breakwater-Probe')
  })

  for (const [fault, script] of [
    ['answers 500', (request) => request.respond({ status: 500 })],
    ['resets', (request) => request.reset()],
    ['sends garbage', (request) => request.send('SSH-2.0-OpenSSH\r\n\r\n')],
    ['closes', (request) => request.fin()],
  ] satisfies [string, OriginScript][]) {
    it(`find a member sick that ${fault}, and one line says so`, async (t) => {
      const { clock, origins, pool, changes, changed } = await probed(t, [script, ok])
      clock.advance(0)
      await changed(1)
      assert.equal(changes.length, 1)
      assert.deepEqual([changes[0]?.origin, changes[0]?.condition], ['a', 'probed-sick'])
      for (let i = 0; i < 4; i++) assert.equal((await ask(pool).outcome).response?.origin, 'b')
      origins[0]!.script = ok
      clock.advance(4_500)
      await changed(2)
      assert.deepEqual(
        changes.map(({ condition }) => condition),
        ['probed-sick', 'up'],
      )
      const origin = new Set([(await ask(pool).outcome).response?.origin, (await ask(pool).outcome).response?.origin])
      assert.deepEqual(origin, new Set(['a', 'b']))
    })
  }

  it('find a member sick that accepts and never answers, after the time limit', async (t) => {
    const { clock, origins, changes } = await probed(t, [() => {}, ok])
    clock.advance(0)
    await origins[0]!.request(1)
    clock.advance(1_999)
    assert.equal(changes.length, 0)
    clock.advance(1)
    assert.match(changes[0]!.reason, /no answer after 2000 ms/)
    await origins[0]!.connections[0]!.closed
  })

  it('look into the body where that is asked for', async (t) => {
    const { clock, changes, changed } = await probed(
      t,
      [(request) => request.respond({ body: 'db: down' }), (request) => request.respond({ body: 'db: up' })],
      { body: 'db: up' },
    )
    clock.advance(0)
    await changed(1)
    assert.deepEqual(
      [changes[0]?.origin, changes[0]?.reason],
      ['a', 'its probe was answered 200 without the expected body'],
    )
  })

  it('that condemn all are not believed: a wrong path takes no site down', async (t) => {
    const missing: OriginScript = (request) => request.respond({ status: request.target === '/health' ? 404 : 200 })
    const { clock, pool, changed } = await probed(t, [missing, missing])
    clock.advance(0)
    await changed(2)
    assert.equal(pool.sick, false)
    assert.equal((await ask(pool).outcome).response?.status, 200)
  })

  it('that are good do not end a hold-down: a process may answer them while requests hang (A-RE-08)', async (t) => {
    const hanging: OriginScript = (request) => (request.target === '/health' ? request.respond() : undefined)
    const { clock, origins, pool } = await probed(t, [hanging, ok])
    const asked = Array.from({ length: 6 }, () => ask(pool))
    await origins[0]!.until(() => origins[0]!.requests.filter(({ target }) => target === '/').length === 3)
    clock.advance(60_000)
    await Promise.all(asked.map(({ outcome }) => outcome))
    assert.equal(pool.states()[0]?.condition, 'held-down')
    for (let i = 0; i < 4; i++) assert.equal((await ask(pool).outcome).response?.origin, 'b')
  })

  it('of two hundred members are spread over time, one at a time each (A-RE-09)', async (t) => {
    const origin = await anOrigin(t, () => {})
    let chance = 0
    const members = Array.from({ length: 200 }, (_, index) => ({ name: String(index), url: origin.url }))
    const { pool, clock } = aPool(t, members, {
      settings: { probe: { ...probe, intervalMs: 1_000, timeoutMs: 60_000 } },
      environment: { random: () => (chance++ % 200) / 200 },
    })
    clock.advance(100)
    await origin.until(() => origin.connections.length >= 20)
    assert.ok(origin.connections.length <= 22)
    clock.advance(5_000)
    await origin.until(() => origin.connections.length >= 200)
    assert.equal(origin.connections.length, 200)
    pool.close()
    await Promise.all(origin.connections.map(({ closed }) => closed))
    assert.equal(clock.pendingTimers, 0)
  })

  it('end with the pool', async (t) => {
    const { clock, origins, pool } = await probed(t, [() => {}])
    clock.advance(0)
    await origins[0]!.request(1)
    pool.close()
    await origins[0]!.connections[0]!.closed
    assert.equal(clock.pendingTimers, 0)
    assert.equal(probesOf(origins[0]!).length, 1)
  })
})

describe('passive health beside them', () => {
  it('counts error statuses where that is asked for', async (t) => {
    const origin = await anOrigin(t, (request) => request.respond({ status: 503 }))
    const other = await anOrigin(t)
    const changes: MemberChange[] = []
    const { pool, clock } = aPool(t, [origin, other], {
      settings: { health: { holdDownMs: 1_000, holdDownMsMax: 60_000, failuresMax: 3, failureStatuses: [503] } },
      environment: { onState: (change) => changes.push(change) },
    })
    for (let i = 0; i < 10; i++) await ask(pool).outcome
    assert.equal(origin.requests.length, 3)
    assert.deepEqual(changes, [{ pool: 'origins', origin: 'a', condition: 'held-down', reason: 'it answered 503' }])
    origin.script = (request) => request.respond()
    clock.advance(1_000)
    for (let i = 0; i < 4; i++) await ask(pool).outcome
    assert.deepEqual(changes[1], { pool: 'origins', origin: 'a', condition: 'up', reason: 'it answered 200' })
  })

  it('says one line for a member that dies under many requests, and one when it is back', async (t) => {
    const origin = await anOrigin(t, () => {})
    const changes: MemberChange[] = []
    const { pool, clock } = aPool(t, [origin], { environment: { onState: (change) => changes.push(change) } })
    const asked = Array.from({ length: 20 }, () => ask(pool))
    await origin.request(20)
    await origin.stop()
    await Promise.all(asked.map(({ outcome }) => outcome))
    for (let i = 0; i < 5; i++) {
      await ask(pool).outcome
      clock.advance(1_000)
    }
    assert.equal(changes.length, 1)
    assert.match(changes[0]!.reason, /^Cannot .* origin "a"/)
    await origin.listen()
    origin.script = ok
    await ask(pool).outcome
    assert.deepEqual(
      changes.map(({ condition }) => condition),
      ['held-down', 'up'],
    )
  })

  it('brings a member back slowly', async (t) => {
    const [gone, alive] = [await anOrigin(t), await anOrigin(t)]
    await gone.stop()
    const { pool, clock } = aPool(t, [gone, alive], { settings: { slowStartMs: 10_000 } })
    await ask(pool).outcome
    await gone.listen()
    clock.advance(1_000)
    for (let i = 0; i < 110; i++) await ask(pool).outcome
    const { condition, effectiveWeight, weight } = pool.states()[0]!
    assert.deepEqual([condition, effectiveWeight, weight], ['slow-start', 0.1, 1])
    assert.ok(gone.requests.length >= 10 && gone.requests.length <= 13, String(gone.requests.length))
    clock.advance(10_000)
    const before = gone.requests.length
    for (let i = 0; i < 100; i++) await ask(pool).outcome
    assert.ok(Math.abs(gone.requests.length - before - 50) <= 1)
    assert.equal(pool.states()[0]!.condition, 'up')
  })

  it('shows each member as it is', async (t) => {
    const [busy, idle] = [await anOrigin(t, () => {}), await anOrigin(t)]
    const { pool } = aPool(t, [busy, idle])
    ask(pool)
    await busy.request(1)
    await ask(pool).outcome
    assert.deepEqual(
      pool.states().map(({ origin, condition, active, connections, idleConnections, waiting }) => {
        return [origin, condition, active, connections, idleConnections, waiting]
      }),
      [
        ['a', 'up', 1, 1, 0, 0],
        ['b', 'up', 0, 1, 1, 0],
      ],
    )
  })
})

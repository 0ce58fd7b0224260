import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { type Server, startRedis } from '../../support/redis.ts'
import { startRoute } from '../../support/route.ts'
import { Box, hard, publish } from './following-box.ts'

describe('boxes that follow one log', () => {
  let server: Server & { readonly url: string }
  const boxes: Box[] = []
  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    for (const box of boxes.splice(0)) await box.log.close()
    await server.kill()
  })
  const openBox = async (name: string, url = server.url): Promise<Box> => {
    const box = await Box.open(url, name)
    boxes.push(box)
    return box
  }
  const names = (box: Box) => box.log.counts().boxes.map(({ name }) => name)
  /** Beats until it has heard of all others. */
  const known = async (box: Box, count: number): Promise<void> => {
    while (names(box).length < count) await publish(box, [hard('changed', 'any')], 100)
  }

  it('acknowledge what one of them says, when it is in force on all', async () => {
    const three = [await openBox('a'), await openBox('b'), await openBox('c')]
    await known(three[0]!, 3)
    const { boxes, position } = await publish(three[0]!, [hard('changed', '/1'), hard('changed', '/2')], 5_000)
    assert.ok(position)
    assert.equal(boxes[0]?.name, 'a')
    assert.deepEqual(
      new Map(boxes.map(({ name, acknowledged }) => [name, acknowledged])),
      new Map([
        ['a', true],
        ['b', true],
        ['c', true],
      ]),
    )
    // On the first it is in force because it said so; it hears of it like any other, some time.
    for (const box of three.slice(1))
      assert.ok(['changed /1', 'changed /2'].every((said) => box.heard.some((heard) => heard.startsWith(said))))
  })

  it('name those that did not acknowledge in time, and do not wait longer', async () => {
    const one = await openBox('here')
    const route = await startRoute(server.port)
    await openBox('cut off', `redis://127.0.0.1:${route.port}`)
    await known(one, 2)
    route.hold()
    const { boxes } = await publish(one, [hard('changed', '/')], 200)
    assert.deepEqual(boxes, [
      { name: 'here', acknowledged: true },
      { name: 'cut off', acknowledged: false },
    ])
    await route.close()
  })

  it('acknowledge it, and have caught up, when it is in force, however long that takes after they have heard of it', async () => {
    const one = await openBox('one')
    const other = await openBox('other')
    await known(one, 2)
    const walk = Promise.withResolvers<void>()
    other.applying = walk.promise
    const heard = other.heard.length
    const position = await one.log.say([hard('prefix', '/')])
    await other.until(() => other.heard.length > heard)
    const acknowledged = async () => (await one.log.acknowledged(position, 100)).map((box) => box.acknowledged)
    assert.deepEqual(await acknowledged(), [true, false])
    let hasCaughtUp = false
    const catchingUp = other.log.caughtUp(60_000).then((isKnown) => {
      hasCaughtUp = isKnown
    })
    await acknowledged()
    assert.equal(hasCaughtUp, false)
    walk.resolve()
    await catchingUp
    assert.equal(hasCaughtUp, true)
    assert.deepEqual(
      (await one.log.acknowledged(position, 60_000)).map((box) => box.acknowledged),
      [true, true],
    )
  })

  it('are not waited for when they have left', async () => {
    const [one, two] = [await openBox('stays'), await openBox('leaves')]
    await known(one, 2)
    await two.log.close()
    const { boxes } = await publish(one, [hard('changed', '/')], 5_000)
    assert.deepEqual(boxes, [{ name: 'stays', acknowledged: true }])
  })

  it('without Redis are told at once that nobody else knows', async () => {
    const [one] = [await openBox('one'), await openBox('other')]
    await known(one!, 2)
    await server.kill()
    await one!.until(() => one!.states.at(-1) === 'lost')
    const { position, boxes } = await publish(one!, [hard('changed', '/')], 60_000)
    assert.equal(position, undefined)
    assert.deepEqual(boxes, [
      { name: 'one', acknowledged: true },
      { name: 'other', acknowledged: false },
    ])
    assert.deepEqual([one!.log.counts().state, one!.log.counts().unsent], ['lost', 1])
  })

  it('take a record in the list that is none for nobody', async () => {
    const box = await openBox('one')
    const redis = new Redis(server.url)
    const now = Date.now()
    for (const [i, odd] of [`${now} x`, 'x', `${now} {}`, `${now} [1,2,3]`, ''].entries()) {
      await redis.hset('breakwater:{log}:boxes', `odd${i}`, odd)
    }
    const { boxes } = await publish(box, [hard('changed', '/')], 5_000)
    redis.disconnect()
    assert.deepEqual(boxes, [{ name: 'one', acknowledged: true }])
  })
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import {
  readSnapshot,
  type SnapshotRead,
  type SnapshotResponse,
  writeSnapshot,
} from '../../../src/tiers/memory/snapshot.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { arbitraryKey, arbitraryStoredResponse } from '../arbitrary-stored-response.ts'
import { stored } from '../tier-fixtures.ts'

const folder = temporaryFolder()
after(() => folder.remove())

let files = 0
const newPath = (): string => join(folder.path, `snapshot-${files++}`)
const always = () => false

async function readAll(path: string): Promise<{ read: SnapshotRead | undefined; responses: SnapshotResponse[] }> {
  const responses: SnapshotResponse[] = []
  const read = await readSnapshot(path, (response) => {
    responses.push(response)
    return true
  })
  return { read, responses }
}

const named = (key: string, body = key): SnapshotResponse => ({ key, stored: stored(body), position: '7-0' })
const keysOf = (responses: readonly SnapshotResponse[]): string[] => responses.map(({ key }) => key)

describe('a snapshot of memory', () => {
  it('gives back any stored responses in their order', async () => {
    const path = newPath()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(arbitraryKey, arbitraryStoredResponse), { maxLength: 8 }), async (some) => {
        const responses = some.map(([key, response]) => ({ key: `k${key}`, stored: response, position: 'p' }))
        const written = await writeSnapshot(path, responses, always)
        const { read, responses: found } = await readAll(path)
        assert.deepEqual(found, responses)
        assert.deepEqual(read, { ...written, damaged: 0, cutAt: undefined })
      }),
      { numRuns: 100 },
    )
  })

  it('gives back bodies larger than what is read at a time', async () => {
    const path = newPath()
    const large = 'x'.repeat(3_000_000)
    await writeSnapshot(path, [named('a', large), named('b')], always)
    const { responses } = await readAll(path)
    assert.deepEqual(
      responses.map(({ stored: { body } }) => body.length),
      [3_000_000, 1],
    )
  })

  it('is none where no file is', async () => {
    assert.equal((await readAll(newPath())).read, undefined)
  })

  it('leaves out what is damaged and gives the rest', async () => {
    const path = newPath()
    await writeSnapshot(path, [named('first'), named('second'), named('third')], always)
    const bytes = readFileSync(path)
    const at = bytes.lastIndexOf('second')
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(path, bytes)
    const { read, responses } = await readAll(path)
    assert.deepEqual(keysOf(responses), ['first', 'third'])
    assert.equal(read?.damaged, 1)
  })

  it('gives what is whole of a file that was cut anywhere, and says where it was cut', async () => {
    const path = newPath()
    await writeSnapshot(path, [named('first'), named('second')], always)
    const bytes = readFileSync(path)
    for (let length = 8; length < bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length))
      const { read, responses } = await readAll(path)
      assert.ok(read !== undefined && read.cutAt !== undefined && read.cutAt <= length, `cut at ${length}`)
      assert.deepEqual(keysOf(responses), ['first', 'second'].slice(0, responses.length))
    }
  })

  it('never gives back what was not written, whichever byte is changed', async () => {
    const path = newPath()
    const responses = [named('first'), named('second')]
    await writeSnapshot(path, responses, always)
    const bytes = readFileSync(path)
    const written = new Map(responses.map((response) => [response.key, response]))
    for (let at = 8; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ 0x55, at)
      writeFileSync(path, changed)
      for (const found of (await readAll(path)).responses) assert.deepEqual(found, written.get(found.key), `byte ${at}`)
    }
  })

  it('is refused when it is not a snapshot of this version', async () => {
    const path = newPath()
    writeFileSync(path, 'BWSNAP9\nwhatever', { mode: 0o600 })
    await assert.rejects(readAll(path), /another version; remove it/)
  })

  it('is refused when others may write it', async () => {
    const path = newPath()
    await writeSnapshot(path, [named('first')], always)
    chmodSync(path, 0o622)
    await assert.rejects(readAll(path), /others may write it/)
  })

  it('can be read by its owner only', async () => {
    const path = newPath()
    await writeSnapshot(path, [named('first')], always)
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('is written although a process of the same number died in the middle of it', async () => {
    const path = newPath()
    writeFileSync(`${path}.${process.pid}.new`, 'half of one')
    await writeSnapshot(path, [named('a')], always)
    assert.deepEqual(keysOf((await readAll(path)).responses), ['a'])
    assert.equal(existsSync(`${path}.${process.pid}.new`), false)
  })

  it('takes away what processes left that died while they wrote it, and nothing of one that lives', async () => {
    const path = newPath()
    const dead = spawnSync(process.execPath, ['--version']).pid
    const others = [`${path}.${process.ppid}.new`, `${path}.2.${dead}.new`, `${path}.${dead}`, `${path}.x.new`]
    for (const file of [...others, `${path}.${dead}.new`]) writeFileSync(file, 'half of one')
    await writeSnapshot(path, [named('a')], always)
    const found = readdirSync(folder.path).map((name) => join(folder.path, name))
    assert.deepEqual(found.filter((file) => file.startsWith(path)).sort(), [path, ...others].sort())
    for (const file of others) rmSync(file)
  })

  it('holds what was written when the time was up', async () => {
    const path = newPath()
    let asked = 0
    const written = await writeSnapshot(path, [named('first'), named('second'), named('third')], () => ++asked > 2)
    assert.equal(written.responses, 2)
    assert.deepEqual(keysOf((await readAll(path)).responses), ['first', 'second'])
  })

  it('is read no further than wanted', async () => {
    const path = newPath()
    await writeSnapshot(path, [named('first'), named('second')], always)
    const read = await readSnapshot(path, () => false)
    assert.equal(read?.responses, 0)
  })

  it('stays as it was when the next one fails, and leaves nothing beside it', async () => {
    const path = newPath()
    await writeSnapshot(path, [named('first')], always)
    function* failing(): Generator<SnapshotResponse> {
      yield named('second')
      throw new Error('the disk is full')
    }
    await assert.rejects(writeSnapshot(path, failing(), always), /the disk is full/)
    assert.deepEqual(keysOf((await readAll(path)).responses), ['first'])
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.endsWith('.new')),
      [],
    )
    assert.ok(existsSync(path))
  })
})

import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { StoredResponse } from '../../rfc9111/stored-response.ts'
import { decodeRecord, encodeResponse, provenBody, type RecordFormat } from '../records/record.ts'
import { halfWritten, removeHalfWritten } from './half-written.ts'

/*
 * A snapshot of memory on disk (docs/decisions/restart.md):
 *
 *   "BWSNAP1\n", then for each response
 *     key bytes     4   all numbers big-endian
 *     head bytes    4
 *     body bytes    4
 *     key, head and body: a record as remote tiers keep them
 *   and at its end 0, 0, and how many responses there were
 */

const MAGIC = Buffer.from('BWSNAP1\n')
const LENGTHS_BYTES = 12
const KEY_BYTES_MAX = 1024 * 1024
const HEAD_BYTES_MAX = 32 * 1024 * 1024
/** Written and read at a time. */
const BATCH_BYTES = 1024 * 1024

const FORMAT: RecordFormat = { space: 'snapshot', secret: undefined }

export interface SnapshotResponse {
  readonly key: string
  readonly stored: StoredResponse
  /** How far the log of invalidations had been followed; empty without one. */
  readonly position: string
}

export interface SnapshotCounts {
  readonly responses: number
  readonly bytes: number
}

export interface SnapshotRead extends SnapshotCounts {
  /** Responses left out because their bytes are not those that were written. */
  readonly damaged: number
  /** Where it ended too early: nothing behind that could be read. */
  readonly cutAt: number | undefined
}

/** A snapshot that is not to be believed, or not to be read; says why. */
export class SnapshotError extends Error {}

/**
 * Writes a snapshot in place of the one before; that one stays until this one is whole and on the disk.
 *
 * @param responses in the order in which they are read back
 * @param isTimeUp asked between two responses; once it says so, what was written until then is the snapshot
 * @throws Error of the file system
 */
export async function writeSnapshot(
  path: string,
  responses: Iterable<SnapshotResponse>,
  isTimeUp: () => boolean,
): Promise<SnapshotCounts> {
  const beside = halfWritten(path)
  await removeHalfWritten(path)
  const file = await open(beside, 'wx', 0o600)
  try {
    const counts = await writeResponses(new Batches(file), responses, isTimeUp)
    await file.sync()
    await file.close()
    await rename(beside, path)
    await syncFolder(dirname(path))
    return counts
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(beside, { force: true })
    throw error
  }
}

async function writeResponses(
  file: Batches,
  responses: Iterable<SnapshotResponse>,
  isTimeUp: () => boolean,
): Promise<SnapshotCounts> {
  let count = 0
  await file.write(MAGIC)
  for (const { key, stored, position } of responses) {
    if (isTimeUp()) break
    const head = encodeResponse(FORMAT, { key, stored, position, storedAtMs: stored.responseTimeMs })
    if (head === undefined) continue
    const keyBytes = Buffer.from(key)
    await file.write(lengths(keyBytes.length, head.length, stored.body.length), keyBytes, head, stored.body)
    count++
  }
  await file.write(lengths(0, 0, count))
  await file.flush()
  return { responses: count, bytes: file.written }
}

/** Many small pieces, few writes. */
class Batches {
  readonly #file: FileHandle
  #pieces: Buffer[] = []
  #waiting = 0
  written = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async write(...pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      this.#pieces.push(piece)
      this.#waiting += piece.length
    }
    if (this.#waiting >= BATCH_BYTES) await this.flush()
  }

  async flush(): Promise<void> {
    const batch = Buffer.concat(this.#pieces, this.#waiting)
    this.#pieces = []
    this.#waiting = 0
    for (let at = 0; at < batch.length; ) {
      const { bytesWritten } = await this.#file.write(batch, at)
      at += bytesWritten
    }
    this.written += batch.length
  }
}

function lengths(key: number, head: number, body: number): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTHS_BYTES)
  bytes.writeUInt32BE(key, 0)
  bytes.writeUInt32BE(head, 4)
  bytes.writeUInt32BE(body, 8)
  return bytes
}

/** A rename is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Reads a snapshot back, response after response.
 *
 * @param take gets what is proven to be what was written; says false to be given no more
 * @returns undefined when there is none
 * @throws SnapshotError when the file is none of ours, or somebody else may write it; Error of the file system
 */
export async function readSnapshot(
  path: string,
  take: (response: SnapshotResponse) => boolean,
): Promise<SnapshotRead | undefined> {
  const file = await opened(path)
  if (file === undefined) return undefined
  try {
    await assertOwn(path, file)
    return await readResponses(path, new Pieces(file), take)
  } finally {
    await file.close()
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whoever may write the file may put anything into the cache. */
async function assertOwn(path: string, file: FileHandle): Promise<void> {
  const { uid, mode } = await file.stat()
  const own = process.geteuid?.()
  if (own !== undefined && uid !== own) {
    throw new SnapshotError(`Cannot use the snapshot "${path}": it belongs to user ${uid}, not to ${own}; remove it`)
  }
  if ((mode & 0o022) !== 0) {
    throw new SnapshotError(`Cannot use the snapshot "${path}": others may write it; remove it, or "chmod 600" it`)
  }
}

async function readResponses(
  path: string,
  file: Pieces,
  take: (response: SnapshotResponse) => boolean,
): Promise<SnapshotRead> {
  const magic = await file.take(MAGIC.length)
  if (magic === undefined || !magic.equals(MAGIC)) {
    throw new SnapshotError(`Cannot use the snapshot "${path}": it is none, or of another version; remove it`)
  }
  let responses = 0
  let damaged = 0
  const ended = (cutAt?: number): SnapshotRead => ({ responses, damaged, bytes: file.taken, cutAt })
  for (;;) {
    const at = file.taken
    const found = await readResponse(file)
    if (found === 'end') return ended()
    if (found === 'cut') return ended(at)
    if (found === 'damaged') damaged++
    else if (take(found)) responses++
    else return ended()
  }
}

async function readResponse(file: Pieces): Promise<SnapshotResponse | 'end' | 'cut' | 'damaged'> {
  const announced = await file.take(LENGTHS_BYTES)
  if (announced === undefined) return 'cut'
  const [keyBytes, headBytes, bodyBytes] = [0, 4, 8].map((at) => announced.readUInt32BE(at)) as [number, number, number]
  if (keyBytes === 0 && headBytes === 0) return 'end'
  // What announces more than was ever written is damaged, and so nobody knows where the next response begins.
  if (keyBytes > KEY_BYTES_MAX || headBytes > HEAD_BYTES_MAX) return 'cut'
  const bytes = await file.take(keyBytes + headBytes + bodyBytes)
  if (bytes === undefined) return 'cut'
  return responseIn(bytes.toString('utf8', 0, keyBytes), bytes.subarray(keyBytes))
}

function responseIn(key: string, record: Buffer): SnapshotResponse | 'damaged' {
  const decoded = decodeRecord(FORMAT, key, record)
  if (decoded.kind !== 'response' || decoded.body.inline === undefined) return 'damaged'
  const body = provenBody(decoded.body, [decoded.body.inline])
  if (body === undefined) return 'damaged'
  const { head, position } = decoded.record
  return { key, stored: { ...head, body }, position }
}

/** Exactly so many bytes of a file at a time. */
class Pieces {
  readonly #file: FileHandle
  #ahead = Buffer.alloc(0)
  taken = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** undefined: the file ends before. */
  async take(bytes: number): Promise<Buffer | undefined> {
    if (this.#ahead.length < bytes) await this.#read(bytes)
    if (this.#ahead.length < bytes) return undefined
    const taken = this.#ahead.subarray(0, bytes)
    this.#ahead = this.#ahead.subarray(bytes)
    this.taken += bytes
    return taken
  }

  /** Reads on until there are that many, or the file ends. */
  async #read(bytes: number): Promise<void> {
    const pieces = [this.#ahead]
    let there = this.#ahead.length
    while (there < bytes) {
      const { bytesRead, buffer } = await this.#file.read({ buffer: Buffer.allocUnsafeSlow(BATCH_BYTES) })
      if (bytesRead === 0) break
      pieces.push(buffer.subarray(0, bytesRead))
      there += bytesRead
    }
    this.#ahead = Buffer.concat(pieces, there)
  }
}

import { createReadStream, type ReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { type LoggedRequest, parseLogLine } from './log-line.ts'

/** A longer line is none of a web server's. */
const LINE_LENGTH_MAX = 65_536

export interface ReadLogOptions {
  /** Told now and then how much of all files was read, from 0 to 1. */
  onProgress?(part: number): void
}

export interface ReadCounts {
  readonly lines: number
  readonly malformed: number
}

/**
 * Reads access logs one after the other, as a stream, plain or gzip.
 *
 * @throws an Error that names the file when one cannot be read
 */
export async function readLogs(
  files: readonly string[],
  onRequest: (request: LoggedRequest) => void,
  { onProgress }: ReadLogOptions = {},
): Promise<ReadCounts> {
  const sizes = await Promise.all(files.map(async (file) => (await statOf(file)).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const counts = { lines: 0, malformed: 0 }
  let before = 0
  for (const [index, file] of files.entries()) {
    const done = before
    await readLog(file, counts, onRequest, (bytes) => onProgress?.(total === 0 ? 1 : (done + bytes) / total))
    before += sizes[index]!
  }
  onProgress?.(1)
  return counts
}

async function readLog(
  file: string,
  counts: { lines: number; malformed: number },
  onRequest: (request: LoggedRequest) => void,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const take = (line: string): void => {
    if (line === '' || line === '\r') return
    counts.lines++
    const request =
      line.length > LINE_LENGTH_MAX ? undefined : parseLogLine(line.endsWith('\r') ? line.slice(0, -1) : line)
    if (request === undefined) counts.malformed++
    else onRequest(request)
  }
  try {
    const isZipped = await isGzip(file)
    const source = createReadStream(file, { highWaterMark: 1 << 18 })
    const text = isZipped ? unzipped(source) : source
    let rest = ''
    for await (const chunk of text) {
      const lines = (rest + (chunk as Buffer).toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      // What has no end is not kept: one character too many is enough to know it.
      if (rest.length > LINE_LENGTH_MAX) rest = rest.slice(0, LINE_LENGTH_MAX + 1)
      for (const line of lines) take(line)
      onBytes(source.bytesRead)
    }
    take(rest)
  } catch (error) {
    throw cannotRead(file, error)
  }
}

/** A failure of the file ends the unzipping, too. */
function unzipped(source: ReadStream): Gunzip {
  const text = createGunzip()
  source.on('error', (error) => text.destroy(error))
  return source.pipe(text)
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

async function statOf(file: string) {
  const found = await stat(file).catch((error: unknown) => {
    throw cannotRead(file, error)
  })
  if (!found.isFile()) throw cannotRead(file, new Error('it is not a file'))
  return found
}

function cannotRead(file: string, cause: unknown): Error {
  return new Error(`Cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
}

import type { IncomingMessage } from 'node:http'
import { AdminError } from './admin-error.ts'

/** Far more than any order is long. */
const BODY_BYTES_MAX = 64 * 1024

/** The body of a request. @throws AdminError when it is too large or no JSON */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const tooLarge = new AdminError(413, `the body is larger than ${BODY_BYTES_MAX} bytes`)
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge
  const chunks: Buffer[] = []
  let bytes = 0
  // Not `for await`: leaving that loop would destroy the socket before the answer.
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
      else reject(tooLarge)
    })
    request.on('end', resolve)
    request.on('error', () => reject(new AdminError(400, 'the body was cut off')))
  })
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new AdminError(400, 'the body is no JSON')
  }
}

import type { IncomingMessage } from 'node:http'

const formBytesMax = 8192

/** Reads a submitted form; undefined when it is larger than any of ours. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = ''
  let tooLarge = false
  request.setEncoding('utf8')
  // Read to its end even then: stopping would break the connection before the answer.
  for await (const chunk of request) {
    tooLarge ||= text.length + chunk.length > formBytesMax
    if (!tooLarge) text += chunk
  }
  return tooLarge ? undefined : new URLSearchParams(text)
}

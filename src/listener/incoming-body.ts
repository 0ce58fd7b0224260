import type { IncomingMessage } from 'node:http'
import { type BodyFeed, bodyCut, RequestBody, type RequestBodyOptions } from './request-body.ts'

/** The body of a node:http request. Only what llhttp has seen the end of ends; all else fails. */
export function incomingBody(message: IncomingMessage, options: RequestBodyOptions): RequestBody {
  const bytesBefore = message.socket.bytesRead
  const feed: BodyFeed = {
    begin() {
      message.on('data', (chunk: Buffer) => body.take(chunk))
      message.on('end', () => body.end(message.rawTrailers))
    },
    pause: () => void message.pause(),
    resume: () => void message.resume(),
    get isReceived() {
      return message.complete
    },
    get connectionBytes() {
      return message.socket.bytesRead - bytesBefore
    },
  }
  const body = new RequestBody(feed, options)
  message.on('close', () => body.fail(bodyCut(body.bytesRead)))
  return body
}

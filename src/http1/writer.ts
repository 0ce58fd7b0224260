import type { RawFields } from '../http/fields.ts'

export interface RequestHeadParts {
  readonly method: string
  readonly target: string
  readonly fields: RawFields
}

export interface ResponseHeadParts {
  readonly status: number
  readonly reason: string
  readonly fields: RawFields
}

export const CHUNK_END = Buffer.from('\r\n', 'latin1')

export function writeRequestHead(_parts: RequestHeadParts): Buffer {
  throw new Error('Not written yet')
}
export function writeResponseHead(_parts: ResponseHeadParts): Buffer {
  throw new Error('Not written yet')
}
export function reasonPhrase(_status: number): string {
  throw new Error('Not written yet')
}
export function chunkPrefix(_size: number): Buffer {
  throw new Error('Not written yet')
}
export function lastChunk(_trailers: RawFields): Buffer {
  throw new Error('Not written yet')
}

import type { RawFields } from '../http/fields.ts'
import type { Refused } from './refused.ts'

export interface HeadLimits {
  readonly headBytesMax: number
  readonly fieldsMax: number
  readonly targetBytesMax: number
}

export interface RequestHead {
  readonly method: string
  readonly target: string
  readonly minorVersion: 0 | 1
  readonly fields: RawFields
}

export interface ResponseHead {
  readonly status: number
  readonly reason: string
  readonly minorVersion: 0 | 1
  readonly fields: RawFields
}

export type HeadResult<Head> =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'head'; readonly head: Head; readonly end: number }
  | Refused

export class RequestHeadReader {
  constructor(_limits: HeadLimits) {}
  read(_chunk: Buffer, _start: number): HeadResult<RequestHead> {
    throw new Error('Not written yet')
  }
  pendingBytes(): Buffer {
    throw new Error('Not written yet')
  }
}

export class ResponseHeadReader {
  constructor(_limits: HeadLimits) {}
  read(_chunk: Buffer, _start: number): HeadResult<ResponseHead> {
    throw new Error('Not written yet')
  }
  pendingBytes(): Buffer {
    throw new Error('Not written yet')
  }
}

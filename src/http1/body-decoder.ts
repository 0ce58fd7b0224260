import type { RawFields } from '../http/fields.ts'
import type { Framing } from './framing.ts'

export interface BodyEvents {
  data(bytes: Buffer): void
  end(trailers: RawFields): void
  refused(reason: string, message: string): void
}

export interface BodyLimits {
  readonly trailerBytesMax: number
  readonly trailerFieldsMax: number
  readonly extensionBytesMax: number
}

export class BodyDecoder {
  constructor(_framing: Framing, _limits: BodyLimits) {}
  /** `end` or `refused` was delivered. Call `decode` once right after the head, also with nothing left: an empty body ends there. */
  get done(): boolean {
    throw new Error('Not written yet')
  }
  decode(_chunk: Buffer, _start: number, _sink: BodyEvents): number {
    throw new Error('Not written yet')
  }
  finish(_sink: BodyEvents): void {
    throw new Error('Not written yet')
  }
}

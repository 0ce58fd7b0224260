import { type StoredResponse, withOwnBody } from '../../rfc9111/stored-response.ts'
import type { Bytes } from './block-store.ts'
import { FrequentWords } from './frequent-words.ts'
import { PackedReader } from './packed-reader.ts'
import { PackedWriter } from './packed-writer.ts'

/** Bytes of a head beside its texts, and of a text beside its characters, at the very most. */
const HEAD_BYTES_MAX = 200
const TEXT_BYTES_MAX = 8

/** Makes bytes of stored responses and stored responses of bytes. What it made can be read by itself only, as it knows the words. */
export class PackedResponses {
  readonly #words = new FrequentWords()
  readonly #writer = new PackedWriter(this.#words)
  readonly #bytesMax: number

  /** @param bytesMax more are not packed */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** @returns them behind these bytes, good until the next call; undefined when they are too many */
  pack(variants: readonly StoredResponse[], behind: Bytes): Bytes | undefined {
    if (bytesAtMost(variants) > this.#bytesMax) return undefined
    const writer = this.#writer
    writer.start(behind, this.#bytesMax)
    writer.count(variants.length)
    for (const stored of variants) writer.response(stored)
    return writer
  }

  own(variants: readonly StoredResponse[]): readonly StoredResponse[] {
    return variants.map(withOwnBody)
  }

  /** @returns responses that share no memory with `bytes` */
  unpack(bytes: Buffer, isLasting: boolean): readonly StoredResponse[] {
    const reader = new PackedReader(bytes, this.#words, isLasting)
    const variants: StoredResponse[] = []
    for (let count = reader.count(); count > 0; count--) variants.push(reader.response())
    return variants
  }
}

function bytesAtMost(variants: readonly StoredResponse[]): number {
  let bytes = TEXT_BYTES_MAX
  for (const { reason, requestMethod, fields, tags, selecting, directives, body } of variants) {
    bytes += HEAD_BYTES_MAX + body.length + textBytesMax(reason) + textBytesMax(requestMethod)
    for (const text of fields) bytes += textBytesMax(text)
    for (const text of tags) bytes += textBytesMax(text)
    for (const text of directives.noCacheFields) bytes += textBytesMax(text)
    for (const text of directives.privateFields) bytes += textBytesMax(text)
    for (const { name, value } of selecting) bytes += textBytesMax(name) + textBytesMax(value ?? '')
  }
  return bytes
}

function textBytesMax(text: string): number {
  return text.length * 2 + TEXT_BYTES_MAX
}

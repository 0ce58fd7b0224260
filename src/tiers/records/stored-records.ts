import { randomBytes } from 'node:crypto'
import type { RawFields } from '../../http/fields.ts'
import { expired } from '../../rfc9111/stale.ts'
import type { StoredResponse } from '../../rfc9111/stored-response.ts'
import { selectingKey, selectVariant, variantKey } from '../../rfc9111/vary.ts'
import { invalidatable } from '../invalidation.ts'
import type { RemoteStore } from '../remote-store.ts'
import type { Invalidations } from '../tier.ts'
import {
  type BodyPlace,
  type Chunks,
  chunksMax,
  decodeRecord,
  encodeResponse,
  encodeVariants,
  provenBody,
  type RecordFormat,
  type ResponseRecord,
  type Unusable,
  type VariantsRecord,
} from './record.ts'
import { RecordNames } from './record-names.ts'

export interface RecordSettings extends RecordFormat {
  readonly prefix: string
  /** Largest body stored or read. */
  readonly objectBytesMax: number
  /** Values above it are divided; the server's limit. */
  readonly itemBytesMax: number
}

export type Sought =
  | { readonly kind: 'found'; readonly stored: StoredResponse }
  /** `damaged`: the name to free, because what stands there is of use to nobody. */
  | { readonly kind: 'none'; readonly why: 'absent' | 'purged' | Unusable; readonly damaged?: string }

export interface RecordRequest {
  readonly key: string
  /** `baseName` of the key. */
  readonly base: string
  readonly fields: RawFields
  readonly nowMs: number
}

/** A variant may outlive the record that leads to it, not the other way round; so that one is kept for a day at least. */
const VARIANTS_TTL_SECONDS = 86_400
/** What a record needs beyond its body where it must fit into an item: the head with usual fields, and the server's own. */
const HEAD_BYTES_RESERVED = 16_384

const absent: Sought = { kind: 'none', why: 'absent' }

/** Reads and writes the records of cache keys on one server. Rejects with what the store rejects with. */
export class StoredRecords {
  readonly #store: RemoteStore
  readonly #settings: RecordSettings
  readonly #invalidations: Invalidations
  readonly #names: RecordNames

  constructor(store: RemoteStore, settings: RecordSettings, invalidations: Invalidations) {
    this.#store = store
    this.#settings = settings
    this.#invalidations = invalidations
    this.#names = new RecordNames(settings.prefix)
  }

  baseName(key: string): string {
    return this.#names.base(key)
  }

  leaseName(base: string): string {
    return this.#names.lease(base)
  }

  /** The stored response for a request: in one round trip, in two where the key's responses vary. */
  async read(server: string, request: RecordRequest): Promise<Sought> {
    const { base } = request
    const value = await this.#store.get(server, base)
    if (value === undefined) return absent
    const decoded = decodeRecord(this.#settings, request.key, value)
    switch (decoded.kind) {
      case 'unusable':
        return unusable(decoded.why, base)
      case 'response':
        return this.#accept(server, { ...request, ...decoded, name: base })
      case 'variants':
        return this.#readVariant(server, request, decoded)
    }
  }

  async #readVariant(server: string, request: RecordRequest, { generation, names }: VariantsRecord): Promise<Sought> {
    const name = this.#names.variant(request.base, generation, variantKey(names, request.fields))
    const value = await this.#store.get(server, name)
    if (value === undefined) return absent
    const decoded = decodeRecord(this.#settings, request.key, value)
    if (decoded.kind === 'unusable') return unusable(decoded.why, name)
    if (decoded.kind === 'variants') return unusable('foreign', name)
    return this.#accept(server, { ...request, ...decoded, name })
  }

  async #accept(
    server: string,
    found: { record: ResponseRecord; body: BodyPlace; name: string; fields: RawFields; nowMs: number },
  ): Promise<Sought> {
    const { head, key, position } = found.record
    const verdict = this.#invalidations.verdict(invalidatable(key, head), position)
    if (verdict === 'purged') return { kind: 'none', why: 'purged' }
    // The name came from the request's values, so this fails only where somebody copied a record to another name, or where the
    // client does not take the coding that was chosen for others of its kind.
    if (selectVariant([{ ...head, body: undefined }], found.fields) === undefined) return absent
    if (found.body.bytes > this.#settings.objectBytesMax) return absent
    const pieces = await this.#pieces(server, found.name, found.body)
    if (pieces === undefined) return absent
    const body = provenBody(found.body, pieces)
    if (body === undefined) return unusable('corrupt', found.name)
    const stored = { ...head, body }
    return { kind: 'found', stored: verdict === 'expired' ? expired(stored, found.nowMs) : stored }
  }

  async #pieces(server: string, name: string, { inline, chunks }: BodyPlace): Promise<readonly Buffer[] | undefined> {
    if (inline !== undefined) return [inline]
    const values = await Promise.all(this.#chunkNames(name, chunks!).map((chunk) => this.#store.get(server, chunk)))
    const pieces = values.filter((value) => value !== undefined)
    return pieces.length === values.length ? pieces : undefined
  }

  #chunkNames(name: string, { id, count }: Chunks): string[] {
    return Array.from({ length: count }, (_, number) => this.#names.chunk(name, id, number))
  }

  /** @returns whether it was written; it is not where it cannot be expressed or does not fit */
  async write(server: string, write: RecordWrite): Promise<boolean> {
    const { key, stored, ttlSeconds, position, nowMs } = write
    const base = this.#names.base(key)
    const chunks = this.#division(stored.body.length)
    if (chunks !== undefined && chunks.count > chunksMax) return false
    const head = encodeResponse(this.#settings, {
      ...{ key, stored, position, storedAtMs: nowMs },
      ...(chunks && { chunks }),
    })
    const inline = chunks === undefined ? [stored.body] : []
    if (head === undefined || head.length + (inline[0]?.length ?? 0) > this.#settings.itemBytesMax) return false
    const name = stored.selecting.length === 0 ? base : await this.#variantName(server, base, write)
    // The head last: who finds it finds the rest.
    for (const [number, chunkName] of (chunks ? this.#chunkNames(name, chunks) : []).entries()) {
      const start = number * this.#chunkBytes
      const pieces = [stored.body.subarray(start, start + this.#chunkBytes)]
      await this.#store.set(server, { name: chunkName, pieces, ttlSeconds })
    }
    await this.#store.set(server, { name, pieces: [head, ...inline], ttlSeconds })
    return true
  }

  /** Only the base: without it nobody finds the variants, whose names nobody will form again. */
  async remove(server: string, key: string): Promise<void> {
    await this.#store.remove(server, [this.#names.base(key)])
  }

  async free(server: string, name: string): Promise<void> {
    await this.#store.remove(server, [name])
  }

  get #chunkBytes(): number {
    return this.#settings.itemBytesMax - HEAD_BYTES_RESERVED
  }

  /** undefined: it fits into one item. The name of the chunks is new each time, so two boxes cannot mix theirs. */
  #division(bodyBytes: number): Chunks | undefined {
    if (bodyBytes <= this.#chunkBytes) return undefined
    return { id: randomBytes(12).toString('hex'), count: Math.ceil(bodyBytes / this.#chunkBytes) }
  }

  /**
   * The name for a variant. It depends on the generation of the record that leads to it: what is there is used when it has the
   * same selecting fields, and only its time is prolonged, so that a `remove` by another box meanwhile is not undone.
   */
  async #variantName(server: string, base: string, { key, stored, ttlSeconds }: RecordWrite): Promise<string> {
    const names = stored.selecting.map(({ name }) => name)
    const variantsTtlSeconds = Math.max(ttlSeconds, VARIANTS_TTL_SECONDS)
    const value = await this.#store.get(server, base)
    const there = value && decodeRecord(this.#settings, key, value)
    if (there?.kind === 'variants' && sameNames(there.names, names)) {
      await this.#store.touch(server, base, variantsTtlSeconds)
      return this.#names.variant(base, there.generation, selectingKey(stored.selecting))
    }
    const generation = randomBytes(12).toString('hex')
    const record = encodeVariants(this.#settings, { key, generation, names })
    await this.#store.set(server, { name: base, pieces: [record], ttlSeconds: variantsTtlSeconds })
    return this.#names.variant(base, generation, selectingKey(stored.selecting))
  }
}

export interface RecordWrite {
  readonly key: string
  readonly stored: StoredResponse
  readonly ttlSeconds: number
  readonly position: string
  readonly nowMs: number
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, i) => name === others[i])
}

/** What another version or space wrote is theirs. */
function unusable(why: Unusable, name: string): Sought {
  return why === 'corrupt' || why === 'unsigned' ? { kind: 'none', why, damaged: name } : { kind: 'none', why }
}

import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { StoredPage, StoredPages, StoredQuestion, StoredSearch, StoredVariant } from '../control/stored-pages.ts'
import { urlOfKey } from '../policy/cache-key.ts'
import { viewOf } from '../proxy/explain.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { MemoryTier } from '../tiers/memory/memory-tier.ts'

interface Parts {
  readonly clock: Clock
  readonly memory: MemoryTier
}

/** How long requests may wait for a search, at a time; and after how many keys that is looked at. */
const SLICE_MS = 4
const SLICE_KEYS = 256

/** The first pages in the order of their URLs that are sought, without touching what is stored. */
export async function searchStored({ clock, memory }: Parts, search: StoredSearch): Promise<StoredPages> {
  const { prefix = '', tag, after, limit } = search
  const found: { key: string; url: string }[] = []
  let matched = 0
  let sliceMs = performance.now()
  let walked = 0
  for (const key of tag === undefined ? memory.keys() : memory.keysNamed(tag)) {
    const url = urlOfKey(key)
    if (url?.startsWith(prefix) === true) {
      matched++
      if (after === undefined || url > after) insertInOrder(found, { key, url }, limit)
    }
    if (walked++ % SLICE_KEYS !== 0 || performance.now() - sliceMs < SLICE_MS) continue
    await setImmediate()
    sliceMs = performance.now()
  }
  const nowMs = clock.now()
  const pages = found.flatMap(({ key, url }): StoredPage[] => {
    const variants = memory.peek(key)
    // It may be gone by now.
    return variants === undefined ? [] : [pageOf(url, variants, { bytes: memory.bytesOf(key), nowMs })]
  })
  return { pages, matched }
}

/** What is stored under one key. */
export function storedVariants({ clock, memory }: Parts, { key }: StoredQuestion): StoredVariant[] {
  return (memory.peek(key) ?? []).map((stored) => variantOf(stored, clock.now()))
}

/** Keeps the smallest, in order. */
function insertInOrder(found: { key: string; url: string }[], page: { key: string; url: string }, limit: number): void {
  const last = found.at(-1)
  if (found.length >= limit && last !== undefined && page.url >= last.url) return
  let low = 0
  let high = found.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (found[middle]!.url <= page.url) low = middle + 1
    else high = middle
  }
  found.splice(low, 0, page)
  if (found.length > limit) found.pop()
}

function pageOf(
  url: string,
  variants: readonly StoredResponse[],
  { bytes, nowMs }: { readonly bytes: number; readonly nowMs: number },
): StoredPage {
  // Newest first; a key is there with one variant at least.
  return { url, variants: variants.length, bytes, newest: viewOf(variants[0]!, nowMs) }
}

function variantOf(stored: StoredResponse, nowMs: number): StoredVariant {
  return {
    ...viewOf(stored, nowMs),
    bodyBytes: stored.body.length,
    selecting: stored.selecting.map(({ name, value }) => ({ name, value: value ?? null })),
    tags: stored.tags,
    fields: Array.from({ length: stored.fields.length / 2 }, (_, i) => {
      const name = stored.fields[i * 2]!
      return { name, value: /^set-cookie2?$/i.test(name) ? '[redacted]' : stored.fields[i * 2 + 1]! }
    }),
    storedMs: stored.responseTimeMs,
  }
}

import { gzipSync } from 'node:zlib'

/** What the origin of the benchmark serves; the checks compare what arrives with the same. */
export interface OriginPage {
  readonly body: Buffer
  readonly etag: string | undefined
  readonly isGzip: boolean
  readonly variesByEncoding: boolean
}

/** Fixed, so that validators mean the same in every run. */
export const lastModified = 'Sun, 01 Nov 2026 12:00:00 GMT'

const bodyBytesMax = 16 * 1024 * 1024
const text = Buffer.from(prose(64 * 1024))

/**
 * The page at a path; undefined where there is none. Its body starts with the path, so that one page's body is never
 * taken for another's.
 *
 *     /page/SIZE/NAME     fresh for an hour, with validators, SIZE bytes
 *     /packed/SIZE/NAME   the same, as gzip where it is accepted, with its Vary
 *     /live/SIZE/NAME     no-store
 */
export function originPage(path: string, acceptsGzip: boolean): OriginPage | undefined {
  const [, kind, size] = /^\/(page|packed|live)\/(\d+)\/[^/]+$/.exec(path) ?? []
  if (kind === undefined || Number(size) > bodyBytesMax) return undefined
  const plain = Buffer.alloc(Number(size), text)
  plain.write(`${path}\n`, 'latin1')
  const isGzip = kind === 'packed' && acceptsGzip
  return {
    body: isGzip ? gzipSync(plain) : plain,
    etag: kind === 'live' ? undefined : `"${path.slice(1).replaceAll('/', '-')}${isGzip ? '-gzip' : ''}"`,
    isGzip,
    variesByEncoding: kind === 'packed',
  }
}

/** Whether the origin lets caches keep the page at a path. */
export function isStorable(path: string): boolean {
  return originPage(path, false)?.etag !== undefined
}

/** How many requests for pages the origin has seen. */
export const countsPath = '/counts'

/** Words in an order without a pattern, so that they pack about as well as a page does. */
function prose(length: number): string {
  const words = `the a of and to in sea wall night harbour storm pier light wave salt wind stone keeper boat rope tide gull
    lamp still against between held broke rising quiet <p> </p> <em> </em> <a href="/chart"> </a> north water morning`
  const choice = words.split(/\s+/)
  let text = ''
  for (let state = 1; text.length < length; ) {
    state = (state * 48_271) % 2_147_483_647
    text += `${choice[state % choice.length]} `
  }
  return text
}

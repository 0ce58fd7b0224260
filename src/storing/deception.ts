import { firstValue, hasField } from '../http/fields.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ResponseMetadata } from '../rfc9111/metadata.ts'

/** What static files are called, and what no application means by the name of a page. */
const STATIC_FILE =
  /\.(?:avif|bmp|bz2|css|csv|docx?|eot|exe|gif|gz|ico|iso|jar|jpe?g|js|json|map|mjs|mp3|mp4|otf|pdf|png|pptx?|rar|svgz?|tar|tgz|tiff?|ttf|txt|wasm|wav|webm|webp|woff2?|xlsx?|xml|zip|zst)$/i

/**
 * Whether a response looks like web cache deception: a page at the address of a static file, `/account/x.css`, to which an
 * attacker sends a visitor so that the visitor's own page is stored as if it were that file.
 *
 * All of these must be true:
 * - the path, as received or as an origin may decode it, ends like a static file;
 * - the response is a success, and HTML or XHTML, or says nothing readable of its type (which browsers then take for HTML);
 * - the origin does not say that it is for everybody (`public`, `s-maxage`), as wikis do for pages named like images;
 * - it may be somebody's own: the request had cookies or `Authorization`, or the response sets a cookie, or the lifetime is
 *   not the origin's but a rule's for such paths, a default or a guess.
 */
export function looksDeceptive(
  request: ProxyRequest,
  { status, fields }: Pick<OriginResponse, 'status' | 'fields'>,
  { directives, lifetime }: ResponseMetadata,
): boolean {
  if (status > 299 || !isHtml(firstValue(fields, 'content-type')) || !isStaticPath(request.target)) return false
  if (directives.isPublic || directives.sMaxageSeconds !== undefined) return false
  if (hasField(request.fields, 'cookie') || hasField(request.fields, 'authorization')) return true
  return hasField(fields, 'set-cookie') || NOT_THE_ORIGINS.has(lifetime.source)
}

const NOT_THE_ORIGINS: ReadonlySet<string> = new Set(['rule', 'default', 'heuristic', 'none'])

function isHtml(contentType: string | undefined): boolean {
  const type = mediaTypeOf(contentType)
  return type === undefined || type === 'text/html' || type === 'application/xhtml+xml'
}

function isStaticPath(target: string): boolean {
  // No path without a dot, however it is written, ends like a file.
  if (!target.includes('.') && !target.includes('%')) return false
  const path = target.split('?', 1)[0]!
  if (STATIC_FILE.test(path)) return true
  if (!path.includes('%') && !path.includes(';')) return false
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return decoded.split(/[?#;\0\r\n]/).some((piece) => STATIC_FILE.test(piece))
}

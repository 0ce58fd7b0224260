import type { WarmRequest } from './site-client.ts'
import { isPage } from './walk-sitemaps.ts'

/** Field name and its values, each of which makes pages of their own. */
export type Variants = Readonly<Record<string, readonly string[]>>

/** Every page once, in every combination of the variants; pages first, so that each has been asked for once early. */
export function warmRequests(pages: readonly string[], variants: Variants): WarmRequest[] {
  const combinations = combined(variants)
  const unique = [...new Set(pages.filter(isPage).map(withoutFragment))]
  return combinations.flatMap((fields) => unique.map((url) => ({ url, fields })))
}

function combined(variants: Variants): string[][] {
  let all: string[][] = [[]]
  for (const [name, values] of Object.entries(variants)) {
    if (values.length === 0) continue
    all = all.flatMap((fields) => values.map((value) => [...fields, name, value]))
  }
  return all
}

function withoutFragment(url: string): string {
  const parsed = new URL(url)
  parsed.hash = ''
  return parsed.href
}

/** The pages of a list: a URL on each line; empty lines and those with `#` say nothing. */
export function pagesOfList(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

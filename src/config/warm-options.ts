import { group, option, optional } from './declare.ts'
import { filePath, pageUrl } from './http-values.ts'
import { choice, count, oneOrMore } from './value-types.ts'

/** Warming that is begun by itself (docs/operations.md). */
export const warmOptions = {
  warm: group(
    'Pages that are asked for before visitors do, through the first address of `listen`. Nothing is unless it is said what.',
    {
      sitemaps: option(
        oneOrMore(pageUrl),
        [],
        'Sitemaps whose pages are warmed after a start, such as https://example.com/sitemap.xml.',
      ),
      list: optional(filePath, 'A file with the URL of a page on each line, to be warmed after a start.'),
      popular: option(
        count(0, 500),
        0,
        'How many of the pages that were hits most often in the last minutes are warmed after a purge, where they are not fresh any more.',
      ),
      after: option(oneOrMore(choice('start', 'purge')), ['start', 'purge'], 'When it is done.'),
      concurrency: option(count(1, 64), 2, 'Requests under way at a time.'),
    },
  ),
}

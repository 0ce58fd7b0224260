/** What the benchmark writes into pages of the site, to find it again in those of others. */
export const ownerMark = (name: string): string => `bench-owner-${name}-end`
export const commentMark = (number: number): string => `bench-comment-${number}-end`

/** The names that a page shows. */
export function ownersIn(body: string): string[] {
  return [...body.matchAll(/bench-owner-([a-z0-9]+)-end/g)].map(([, name]) => name!)
}

/** The highest of the comments that a page shows; 0 without any. */
export function latestCommentIn(body: string): number {
  return Math.max(0, ...[...body.matchAll(/bench-comment-(\d+)-end/g)].map(([, number]) => Number(number)))
}

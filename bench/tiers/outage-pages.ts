/** The pages of the outage question: each n-th request is for one that memory has lost by then. */
export const EACH_NTH = 10
export const MEMORY_PAGES = 20
/** Several times what `MEMORY` holds; asked for in turn, each is forgotten when its turn comes. */
export const TIER_PAGES = 2_000
/** Of Breakwater: room for the pages that all ask for, and some hundred more. */
export const MEMORY = '1MiB'

export function memoryPage(request: number): string {
  return `/page/1024/m${request % MEMORY_PAGES}`
}

export function tierPage(request: number): string {
  return `/page/1024/t${request % TIER_PAGES}`
}

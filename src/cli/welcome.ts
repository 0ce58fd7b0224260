/** What to open, and the first three things to try: said at start, before the line that says where it listens. */
export function welcome(address: string, site: { readonly isDemo: boolean }): string {
  const url = openable(address)
  const page = site.isDemo ? `${url}/` : `${url}/ (a page of your site)`
  const askFor = (path: string): string => `curl -s -D - -o /dev/null ${url}${path} | grep -i cache-status`
  const tries = [
    [askFor('/'), 'asked the origin, and stored it'],
    [askFor('/'), 'the same again: a hit, without asking'],
    site.isDemo
      ? [askFor('/cart'), "one visitor's own: never stored, and why"]
      : [`stop the origin, ask again after the page's lifetime`, 'the page is still served, marked as stale'],
  ]
  const width = Math.max(...tries.map(([command]) => command!.length))
  const lines = tries.map(([command, what], i) => `  ${i + 1}. ${command!.padEnd(width)}   ${what}`)
  return [`Open ${page}, then try:`, ...lines, ''].join('\n')
}

/** `0.0.0.0` and `::` mean every address of this machine; a browser wants one. */
function openable(address: string): string {
  return address.replace(/^(https?:\/\/)(0\.0\.0\.0|\[::\])(?=:|$)/, '$1localhost')
}

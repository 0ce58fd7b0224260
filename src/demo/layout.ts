export interface Page {
  readonly title: string
  /** The main part, as HTML. */
  readonly body: string
}

/** How a page came to be: what each shows at its foot, so that a copy is told from a new one. */
export interface Rendering {
  readonly renderedAt: Date
  readonly tookMs: number
  readonly worker: number
  readonly workers: number
}

/** The whole document around a page. */
export function layout(page: Page, rendering: Rendering): string {
  const time = rendering.renderedAt.toISOString()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)} · Small Harbour</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="alternate" href="/feed.xml" type="application/atom+xml" title="Small Harbour">
</head>
<body>
<header>
<a class="name" href="/">Small Harbour</a>
<nav aria-label="Main"><a href="/">Notes</a><a href="/shop">Shop</a><a href="/cart">Basket</a><a href="/account">Account</a><a href="/about">About</a></nav>
</header>
<main>
${page.body}
</main>
<footer>
<p class="made">Made at <strong><time datetime="${time}">${time.slice(11, 23)}</time> UTC</strong> in <strong>${rendering.tookMs} ms</strong> by worker ${rendering.worker} of ${rendering.workers}.<span id="copy"></span></p>
<p>A demo site that comes with Breakwater. Reload: while the time stays, you get a copy.</p>
</footer>
<script>${ageScript}</script>
</body>
</html>
`
}

/** What only the reader's side knows: how old this copy is and how long it took to arrive. */
const ageScript = `
const made = document.querySelector('footer time').dateTime
const seconds = Math.max(0, Math.round((Date.now() - new Date(made)) / 1000))
const [visit] = performance.getEntriesByType('navigation')
const waited = visit && visit.transferSize > 0 ? ' It took ' + Math.round(visit.responseStart - visit.requestStart) + ' ms to begin arriving.' : ''
document.getElementById('copy').textContent = ' This copy is ' + seconds + ' s old.' + waited
`

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

import { escapeHtml, type Page } from './layout.ts'
import { type Comment, type Post, posts, products, tags } from './posts.ts'

/** The pages of the blog. Each function gives the main part; `layout` puts the document around it. */
export function homePage(): Page {
  const newestFirst = [...posts].reverse().map(postEntry).join('')
  return {
    title: 'Notes from one small server',
    body: `<img class="banner" src="/images/harbour.svg" width="880" height="300" alt="A lighthouse at dusk">
<h1>Notes from one small server</h1>
<p class="lead">How a site on one box stays calm when everybody comes at once.</p>
${newestFirst}
<p class="meta">By subject: ${tags.map(tagLink).join(', ')}. <a href="/feed.xml">Feed</a>.</p>`,
  }
}

export function postPage(post: Post, comments: readonly Comment[]): Page {
  return {
    title: post.title,
    body: `<article>
<h1>${escapeHtml(post.title)}</h1>
<p class="meta">${dateText(post.written)} · ${post.tags.map(tagLink).join(', ')}</p>
${post.paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
</article>
<h2>${comments.length === 1 ? 'One comment' : `${comments.length} comments`}</h2>
<ul class="comments">${comments.map(({ by, text }) => `<li><b>${escapeHtml(by)}</b>${escapeHtml(text)}</li>`).join('')}</ul>
<form method="post" action="/posts/${post.slug}/comments">
<label for="by">Your name</label><input id="by" name="by" maxlength="40" required>
<label for="text">Your comment</label><textarea id="text" name="text" rows="3" maxlength="500" required></textarea>
<button>Leave it here</button>
</form>`,
  }
}

/** undefined: nothing is written under that tag */
export function tagPage(tag: string): Page | undefined {
  const tagged = posts.filter((post) => post.tags.includes(tag))
  if (tagged.length === 0) return undefined
  return { title: `About ${tag}`, body: `<h1>About ${escapeHtml(tag)}</h1>\n${tagged.map(postEntry).join('')}` }
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** High and low water of a day in this decade, `2026-03-14`: thousands of pages that hardly anybody reads. */
export function tidesPage(day: string): Page | undefined {
  const date = new Date(`${day}T00:00:00Z`)
  if (!/^202\d-\d\d-\d\d$/.test(day) || Number.isNaN(date.getTime()) || !date.toISOString().startsWith(day))
    return undefined
  const title = `Tides on ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  // The moon is 50 minutes later each day.
  const firstMinute = (Math.floor(date.getTime() / 86_400_000) * 50) % 745
  const rows = [0, 1, 2, 3].map((n) => {
    const minute = Math.round(firstMinute + n * 372.5) % 1440
    const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
    return `<tr><td>${time}</td><td>${n % 2 === 0 ? 'High' : 'Low'} water</td></tr>`
  })
  return { title, body: `<h1>${title}</h1>\n<table>\n${rows.join('\n')}\n</table>` }
}

export function aboutPage(): Page {
  return {
    title: 'About',
    body: `<img class="banner" src="/images/sea.png" width="640" height="240" alt="The sea from above">
<h1>About this harbour</h1>
<p>This site behaves like a small blog on PHP: a page takes 300 ms to make, eight are made at a time, and everybody else queues. Styles and pictures are files and cost nothing.</p>
<table>
<tr><th>Page</th><th>What it says to caches</th></tr>
<tr><td><a href="/">Notes</a></td><td>fresh for 30 s</td></tr>
<tr><td><a href="/posts/how-old-is-this-page">A post</a></td><td>fresh for 60 s</td></tr>
<tr><td><a href="/tides/2026-03-14">The tides</a> of a day</td><td>fresh for an hour</td></tr>
<tr><td><a href="/films/tide.bin">A film</a> of 3 MiB</td><td>fresh for a day</td></tr>
<tr><td><a href="/style.css">Style</a>, pictures</td><td>fresh for a day</td></tr>
<tr><td><a href="/cart">Basket</a>, <a href="/account">account</a></td><td>private</td></tr>
<tr><td><a href="/api/time">Time</a></td><td>never stored</td></tr>
<tr><td><a href="/slow">A slow page</a></td><td>fresh for 60 s, arrives in pieces</td></tr>
<tr><td><a href="/old-address">An old address</a></td><td>moved for good</td></tr>
<tr><td><a href="/nowhere">A missing page</a></td><td>missing for 10 s</td></tr>
<tr><td><a href="/__counts">Counts</a></td><td>what reached this server</td></tr>
</table>`,
  }
}

export function shopPage(): Page {
  const items = products.map(
    ({ id, name, price, text }) => `<li><img src="/images/${id}.svg" alt="" width="64" height="64">
<h2>${escapeHtml(name)}</h2><p>${escapeHtml(text)}</p>
<form method="post" action="/cart"><input type="hidden" name="product" value="${id}"><button>${price} € · into the basket</button></form></li>`,
  )
  return {
    title: 'Shop',
    body: `<h1>The harbour shop</h1>
<p class="lead">Everybody sees the same shelves; only the basket is yours.</p>
<ul class="products">${items.join('\n')}</ul>`,
  }
}

export function cartPage(cart: ReadonlyMap<string, number>): Page {
  const rows = products
    .filter(({ id }) => cart.has(id))
    .map((product) => ({ ...product, count: cart.get(product.id)! }))
  const sum = rows.reduce((total, { price, count }) => total + price * count, 0)
  const table = `<table><tr><th>Your things</th><th>Price</th></tr>
${rows.map(({ name, price, count }) => `<tr><td>${count} × ${escapeHtml(name)}</td><td>${price * count} €</td></tr>`).join('\n')}
<tr><th>Together</th><th>${sum} €</th></tr></table>`
  const nothing = '<p>Nothing yet. <a href="/shop">The shelves are this way.</a></p>'
  return { title: 'Basket', body: `<h1>Your basket</h1>\n${rows.length === 0 ? nothing : table}` }
}

export function accountPage(name: string): Page {
  return {
    title: 'Account',
    body: `<h1>Good to see you, ${escapeHtml(name)}</h1>
<p>This page is yours alone. If anybody else ever reads your name here, the cache in front is broken.</p>
<form method="post" action="/logout"><button>Leave</button></form>`,
  }
}

export function loginPage(): Page {
  return {
    title: 'Log in',
    body: `<h1>Who are you?</h1>
<p>Any name will do; there is no password.</p>
<form method="post" action="/login"><label for="name">Name</label><input id="name" name="name" maxlength="40" required><button>Come in</button></form>`,
  }
}

export function notFoundPage(): Page {
  return {
    title: 'Not found',
    body: '<h1>Nothing washed ashore here</h1>\n<p>There is no such page. <a href="/">Back to the notes.</a></p>',
  }
}

export function feed(authority: string): string {
  const base = `http://${escapeHtml(authority)}`
  const entries = [...posts].reverse().map(
    (post) => `<entry><id>${base}/posts/${post.slug}</id><title>${escapeHtml(post.title)}</title>
<link href="${base}/posts/${post.slug}"/><updated>${post.written}</updated><summary>${escapeHtml(post.summary)}</summary></entry>`,
  )
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>${base}/</id><title>Small Harbour</title>
<link href="${base}/"/><link rel="self" href="${base}/feed.xml"/><updated>${posts.at(-1)!.written}</updated>
<author><name>The harbour</name></author>
${entries.join('\n')}
</feed>
`
}

function postEntry(post: Post): string {
  return `<h2><a href="/posts/${post.slug}">${escapeHtml(post.title)}</a></h2>
<p>${escapeHtml(post.summary)} <span class="meta">${dateText(post.written)}</span></p>
`
}

function tagLink(tag: string): string {
  return `<a href="/tags/${tag}">${tag}</a>`
}

function dateText(iso: string): string {
  return `<time datetime="${iso}">${new Date(iso).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })}</time>`
}

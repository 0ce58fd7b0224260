import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type Apache, startApache } from '../support/apache.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, type RawResponse } from '../support/http-client.ts'
import { cacheStatus, Visitor } from '../support/visitor.ts'
import { wordpressSite } from '../support/wordpress-site.ts'

const POST_1 = '/2026/05/hello-world/'
const POST_2 = '/2026/05/second-post/'

let apache: Apache
let proxy: RunningBreakwater
let host: string
let blogs = 0

before(async () => {
  apache = await startApache(wordpressSite)
  const config = `origins: [http://127.0.0.1:${apache.port}]\npreset: [wordpress, woocommerce]\n`
  proxy = await startBreakwater([], { config })
  writeFileSync(join(apache.root, 'data/vhp_varnish_ip'), `127.0.0.1:${proxy.port}`)
})

after(async () => {
  await proxy?.stop()
  await apache?.stop()
})

/** Each test has a blog of its own: nothing of the test before is in memory. */
beforeEach(() => {
  host = `blog-${++blogs}.example`
})

const anonymous = (): Visitor => new Visitor(proxy.port, host)

async function loggedIn(name: 'ann' | 'bob'): Promise<Visitor> {
  const visitor = anonymous()
  await visitor.get('/wp-login.php')
  const login = await visitor.post('/wp-login.php', { log: name, pwd: `${name}-password` })
  assert.equal(login.status, 302)
  assert.equal(firstValue(login.fields, 'location'), `http://${host}/wp-admin/`)
  return visitor
}

async function shopper(): Promise<Visitor> {
  const visitor = anonymous()
  assert.equal((await visitor.get('/?add-to-cart=17')).status, 302)
  return visitor
}

/** It was served from memory the second time, to somebody else. */
async function assertShared(target: string, other = target): Promise<void> {
  const first = await anonymous().get(target)
  const second = await anonymous().get(other)
  assert.match(cacheStatus(second), /^hit/, `${other}: ${cacheStatus(second)}`)
  assert.equal(text(second), text(first))
}

/** Every time the site itself was asked, and nothing was kept. */
async function assertPassed(visitor: Visitor, target: string): Promise<RawResponse> {
  await visitor.get(target)
  const second = await visitor.get(target)
  assert.doesNotMatch(cacheStatus(second), /hit|stored/, target)
  return second
}

const text = ({ body }: RawResponse): string => body.toString()

describe('in front of WordPress, visitors without a cookie of their own', () => {
  for (const target of ['/', POST_1, '/?p=1', '/feed/', '/?s=hello', '/shop/']) {
    it(`share one page of ${target}`, () => assertShared(target))
  }

  it('share the page although they come by links of newsletters and adverts', async () => {
    await assertShared(POST_1, `${POST_1}?utm_source=mail&utm_medium=news&fbclid=abc&gclid=1`)
    await assertShared('/', '/?utm_campaign=may')
  })

  it('share the page although they have cookies of statistics', async () => {
    await anonymous().get('/')
    const other = anonymous()
    other.cookies.set('_ga', 'GA1.1.5.6').set('wordpress_test_cookie', 'WP Cookie check')
    assert.match(cacheStatus(await other.get('/')), /^hit/)
  })

  it('get each search its own results', async () => {
    assert.match(text(await anonymous().get('/?s=second')), /<li>Second post/)
    assert.doesNotMatch(text(await anonymous().get('/?s=hello')), /<li>Second post/)
  })

  it('get static files for as long as mod_expires says, not as long as the preset would', async () => {
    const target = '/wp-content/themes/classic/style.css'
    await anonymous().get(target)
    const second = await anonymous().get(target)
    assert.match(cacheStatus(second), /^hit; ttl=(3600|359\d)/)
    // Those who are logged in share them.
    assert.match(cacheStatus(await (await loggedIn('ann')).get(target)), /^hit/)
  })

  it('get pages for two minutes, where WordPress says nothing', async () => {
    await anonymous().get('/')
    assert.match(cacheStatus(await anonymous().get('/')), /^hit; ttl=(120|11\d)/)
  })

  it('revalidate the feed by the ETag of the site', async () => {
    const etag = firstValue((await anonymous().get('/feed/')).fields, 'etag') ?? ''
    const again = await anonymous().get('/feed/', ['If-None-Match', etag])
    assert.equal(again.status, 304)
    assert.match(cacheStatus(again), /^hit/)
  })

  it('get pages that are not there, previews, programs and carts from the site itself', async () => {
    for (const target of [
      '/no-such-page/',
      '/wp-login.php',
      '/wp-admin/',
      '/wp-admin/admin-ajax.php?action=x',
      '/wp-json/wp/v2/users/me',
      '/?p=3&preview=true',
      '/cart/',
    ])
      await assertPassed(anonymous(), target)
  })
})

describe('in front of WordPress, a page of one visitor', () => {
  it('is made for each who is logged in, and kept for nobody', async () => {
    const ann = await loggedIn('ann')
    for (const target of ['/', POST_1, '/feed/', '/?s=hello']) await assertPassed(ann, target)
    assert.match(text(await ann.get('/')), /Howdy, ann/)
    assert.doesNotMatch(text(await anonymous().get('/')), /Howdy/)
  })

  it('is no shared one, also where that was stored before', async () => {
    await anonymous().get('/')
    assert.match(text(await (await loggedIn('bob')).get('/')), /Howdy, bob/)
  })

  it('is a preview, which only an author sees', async () => {
    const preview = await assertPassed(await loggedIn('ann'), '/?p=3&preview=true')
    assert.match(text(preview), /A draft\./)
    assert.equal((await anonymous().get('/?p=3&preview=true')).status, 404)
  })

  it('is every page with a filled cart, while looking at the shop is for everybody', async () => {
    await anonymous().get('/shop/')
    const carl = await shopper()
    await carl.get('/?add-to-cart=18')
    assert.match(text(await assertPassed(carl, '/cart/')), /2 in the cart/)
    assert.match(text(await assertPassed(carl, '/shop/')), /cart of t_/)
    const other = await anonymous().get('/shop/')
    assert.match(cacheStatus(other), /^hit/)
    assert.doesNotMatch(text(other), /cart of/)
  })

  it('is a post with a comment that waits for approval, for who wrote it', async () => {
    const dora = anonymous()
    const comment = { comment_post_ID: '1', author: 'dora', email: 'd@example.org', comment: 'First!' }
    const sent = await dora.post('/wp-comments-post.php', comment)
    assert.equal(sent.status, 302)
    const target = new URL(firstValue(sent.fields, 'location') ?? '')
    assert.match(text(await dora.get(target.pathname + target.search)), /awaiting moderation: First!/)
    assert.match(text(await assertPassed(dora, POST_1)), /awaiting moderation/)
    // Also not by the link that the redirect showed her.
    assert.doesNotMatch(text(await anonymous().get(target.pathname + target.search)), /awaiting moderation/)
    assert.doesNotMatch(text(await anonymous().get(POST_1)), /awaiting moderation/)
  })

  it('is one that needs a session of PHP, whose cookie nobody else gets', async () => {
    const [one, other] = [anonymous(), anonymous()]
    await one.get('/membership/')
    await other.get('/membership/')
    const session = one.cookies.get('PHPSESSID') ?? ''
    assert.match(session, /^\w{20,}$/)
    assert.notEqual(other.cookies.get('PHPSESSID'), session)
    assert.match(text(await one.get('/membership/')), new RegExp(`visit 2 of session ${session}`))
  })

  it('reaches nobody else, whoever asks for what at the same time', async () => {
    const [ann, bob, carl, dan, erik] = await Promise.all([
      loggedIn('ann'),
      loggedIn('bob'),
      shopper(),
      shopper(),
      anonymous(),
    ])
    erik.cookies.set(commentCookie(ann), 'erik')
    const own = (name: string): string => carl.cookies.get(name) ?? ''
    const cartOf = (visitor: Visitor): string => {
      const [, value] = [...visitor.cookies].find(([name]) => name.startsWith('wp_woocommerce_session_')) ?? ['', '']
      return value
    }
    assert.notEqual(own('woocommerce_items_in_cart'), '')
    const owners = [
      { visitor: ann, mark: 'Howdy, ann' },
      { visitor: bob, mark: 'Howdy, bob' },
      { visitor: carl, mark: `cart of ${cartOf(carl)}` },
      { visitor: dan, mark: `cart of ${cartOf(dan)}` },
      { visitor: erik, mark: 'commenting as erik' },
    ]
    const targets = ['/', POST_1, POST_2, '/?s=hello', '/shop/', '/?utm_source=x']
    let asked = 0
    const anonymousHits: string[] = []
    const rounds = Array.from({ length: 8 }, async (_, round) => {
      for (let i = 0; i < targets.length; i++) {
        const target = targets[(i + round) % targets.length]!
        const { visitor, mark } = owners[(i + round) % owners.length]!
        const [page, ...others] = await Promise.all([
          visitor.get(target),
          ...Array.from({ length: 4 }, () => anonymous().get(target)),
        ])
        asked += 1 + others.length
        assert.equal(marksIn(page).join(), mark, `${target} for ${mark}`)
        for (const other of others) {
          assert.equal(other.status, 200)
          assert.deepEqual(marksIn(other), [], target)
          if (cacheStatus(other).startsWith('hit')) anonymousHits.push(target)
        }
      }
    })
    await Promise.all(rounds)
    assert.equal(asked, 8 * targets.length * 5)
    // There was something to be got wrong.
    assert.ok(anonymousHits.length > targets.length * 8, `${anonymousHits.length} hits`)
  })
})

describe('in front of WordPress, publishing', () => {
  const edit = async (author: Visitor, form: Record<string, string>): Promise<RawResponse> => {
    const nonce = /name=_wpnonce value="(\w+)"/.exec(text(await author.get('/wp-admin/')))?.[1] ?? ''
    return author.post('/wp-admin/post.php', { _wpnonce: nonce, post_ID: '1', action: 'editpost', ...form })
  }

  it('gets the post, the front page and the feed fetched anew for the next visitor, and touches nothing else', async () => {
    const targets = ['/', POST_1, '/feed/', POST_2]
    for (const target of targets) await assertShared(target)
    const before = await Promise.all(targets.map((target) => anonymous().get(target)))
    assert.equal((await edit(await loggedIn('ann'), { content: 'Changed by Ann.' })).status, 302)
    const log = readFileSync(join(apache.root, 'data/purges.log'), 'utf8')
    for (const target of targets.slice(0, 3)) assert.match(log, new RegExp(`^default ${target} HTTP/1.1 200 OK$`, 'm'))

    await pagesRefreshed(targets.slice(0, 3), before)
    assert.match(text(await anonymous().get(POST_1)), /Changed by Ann\./)
    const untouched = await anonymous().get(POST_2)
    assert.match(cacheStatus(untouched), /^hit/)
    assert.equal(text(untouched), text(before[3]!))
  })

  it('makes a new post known: on the front page, in the feed, and where there was none', async () => {
    assert.equal((await anonymous().get('/2026/05/not-yet/')).status, 404)
    const before = await Promise.all(['/', '/feed/'].map((target) => anonymous().get(target)))
    await edit(await loggedIn('bob'), { post_ID: '3', content: 'Now it is.' })
    await pagesRefreshed(['/', '/feed/'], before)
    assert.match(text(await anonymous().get('/')), /Not yet/)
    assert.match(text(await anonymous().get('/feed/')), /Not yet/)
    assert.match(text(await anonymous().get('/2026/05/not-yet/')), /Now it is\./)
  })

  it('purges the whole site by its pattern, as after a change of the theme', async () => {
    const targets = ['/', POST_2, '/shop/']
    const before = await Promise.all(targets.map((target) => anonymous().get(target)))
    await edit(await loggedIn('ann'), { action: 'switch_theme' })
    await pagesRefreshed(targets, before)
  })

  it('is not to be had by strangers, who cannot purge either', async () => {
    await anonymous().get('/')
    const refused = await anonymous().post('/wp-admin/post.php', { post_ID: '1', action: 'editpost', content: 'x' })
    assert.equal(firstValue(refused.fields, 'location'), `http://${host}/wp-login.php`)
    const forged = { method: 'PURGE', target: '/', fields: ['Host', host, 'X-Forwarded-For', '203.0.113.9'] }
    assert.equal((await fetchRaw(proxy.port, forged)).status, 405)
    assert.match(cacheStatus(await anonymous().get('/')), /^hit/)
  })
})

/** The first visitor after a purge may get the page of before, while the new one is fetched. */
async function pagesRefreshed(targets: readonly string[], before: readonly RawResponse[]): Promise<void> {
  for (const [i, target] of targets.entries()) {
    const old = text(before[i]!)
    for (let attempt = 0; ; attempt++) {
      const now = await anonymous().get(target)
      if (text(now) !== old) break
      assert.doesNotMatch(cacheStatus(now), /^hit; ttl=[1-9]/, `${target} is still taken to be fresh`)
      assert.ok(attempt < 100, `${target} stays as it was`)
      await new Promise((next) => setTimeout(next, 20))
    }
  }
}

/** What only one visitor may see. */
function marksIn(page: RawResponse): string[] {
  return text(page).match(/Howdy, \w+|cart of t_\w+|commenting as \w+/g) ?? []
}

/** Its name ends in a hash of the site's address, like those of the others. */
function commentCookie(visitor: Visitor): string {
  const [name] = [...visitor.cookies.keys()].filter((one) => one.startsWith('wordpress_logged_in_'))
  return name?.replace('wordpress_logged_in_', 'comment_author_') ?? ''
}

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { type OpenedPage, openUrl, type PageOptions, startChromium } from '../support/chromium.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { get, type RunningAdmin, startWithAdmin } from './running-admin.ts'

const desktop: PageOptions = { width: 1200, height: 900, colorScheme: 'light' }
const phone: PageOptions = { width: 390, height: 800, colorScheme: 'dark' }
const hostile = '/<img/src=x/onerror=document.title="broken">?q="><script>document.title="broken"</script>'

let browser: Browser
let origin: ScriptedOrigin
let box: RunningAdmin
let opened: OpenedPage | undefined

before(async () => {
  browser = await startChromium()
  origin = await ScriptedOrigin.start((request) =>
    request.respond({
      fields: ['Cache-Control', request.target.startsWith('/cart') ? 'no-store' : 'max-age=600', 'Cache-Tag', 'blog'],
      body: `page ${request.target}`,
    }),
  )
  box = await startWithAdmin(['--origin', origin.url, '--workers', '2'])
  for (let i = 0; i < 9; i++) await visit('/busy')
  for (let i = 0; i < 3; i++) await visit('/cart')
  await visit(hostile)
})

after(async () => {
  await browser?.close()
  await box?.stop()
  await origin?.close()
})

afterEach(async () => {
  await opened?.page.close()
  opened = undefined
})

async function visit(target: string, port = box.port): Promise<string> {
  const { body } = await fetchRaw(port, { target, fields: ['Host', 'site.test'] })
  return body.toString()
}

/** The page with its first figures, and all that its scripts, and its policy, complained of. */
async function open(options: PageOptions, url = box.admin): Promise<OpenedPage> {
  opened = await openUrl(browser, url, options)
  await opened.page.locator('#figures').waitFor()
  await opened.page.locator('#problems + .empty, #problems tbody tr').first().waitFor()
  return opened
}

const row = (page: Page, table: string, text: string) => page.locator(`#${table} tbody tr`, { hasText: text })
/** Waits until a figure is such. */
const figure = (page: Page, name: string, text: RegExp) =>
  page.locator('#overview > div', { hasText: name }).locator('.figure', { hasText: text }).waitFor()

/** Canvases on the page, and those that have anything but background. */
const drawnCharts = `(() => {
  const all = [...document.querySelectorAll('.chart canvas')]
  return [all.length, all.filter((c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)).length]
})()`

describe('the dashboard', () => {
  for (const options of [desktop, phone]) {
    const { width, colorScheme } = options
    it(`shows figures and charts ${width} pixels wide and ${colorScheme}, and wants nothing from elsewhere`, async () => {
      await visit('/just-now')
      const { page, errors, requests } = await open(options)
      await figure(page, 'Requests a second', /[1-9]/)
      assert.deepEqual(await page.evaluate(drawnCharts), [3, 3])
      await figure(page, 'From the cache', /^[\d.]+ %$/)
      assert.match((await page.locator('#outcomes-chart').getAttribute('aria-label')) ?? '', /lately \d/)
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width)
      assert.deepEqual(
        requests.filter((url) => !url.startsWith(`${box.admin}/`)),
        [],
      )
      assert.deepEqual(errors, [])
    })
  }

  it('lists hosts, pages, misses with their reason, the origin and memory', async () => {
    const { page } = await open(desktop)
    assert.match((await row(page, 'hosts', 'site.test').textContent()) ?? '', /^site\.test[1-9]/)
    const busy = await row(page, 'pages', 'http://site.test/busy').locator('td').allTextContents()
    assert.deepEqual(busy.slice(0, 2), ['http://site.test/busy', '9'])
    const missed = await row(page, 'misses', 'http://site.test/cart').locator('td').allTextContents()
    assert.deepEqual(missed.slice(1, 3), ['3', 'no-store 3'])
    assert.equal(await row(page, 'slow', '/cart').count(), 1)
    assert.match((await row(page, 'origins', origin.url).textContent()) ?? '', /up/)
    assert.match((await row(page, 'tiers', 'memory').textContent()) ?? '', /\d keys in/)
  })

  it('A-AD-05 takes nothing in a URL for markup', async () => {
    const { page, errors } = await open(desktop)
    const shown = row(page, 'misses', 'onerror')
    assert.match((await shown.locator('td').first().textContent()) ?? '', /onerror=document\.title=/)
    await shown.getByRole('button').click()
    await page.locator('#explain-result dd').first().waitFor()
    assert.equal(await page.locator('#figures img, #figures script').count(), 0)
    assert.equal(await page.title(), 'Breakwater')
    assert.deepEqual(errors, [])
  })

  it('explains why a page is not in the cache', async () => {
    const { page } = await open(desktop)
    await row(page, 'misses', '/cart').getByRole('button', { name: 'Explain' }).click()
    await page.locator('#explain-result dd', { hasText: 'no-store' }).first().waitFor()
  })

  it('purges by URL, tag, beginning, pattern and everything, and says what came of it', async () => {
    const { page, errors } = await open(desktop)
    const form = page.locator('#purge')
    const purge = async (): Promise<string> => {
      await form.getByRole('button', { name: 'Purge' }).click()
      const result = page.locator('#purge-result', { hasText: /^Purged:/ })
      await result.waitFor()
      return (await result.textContent()) ?? ''
    }
    const ways: Readonly<Record<string, () => Promise<void>>> = {
      url: () => form.getByRole('textbox', { name: 'URL' }).fill('http://site.test/purged'),
      tag: () => form.getByRole('textbox', { name: 'Tag' }).fill('blog'),
      prefix: () => form.getByLabel('Beginning').fill('site.test/pur'),
      pattern: () => form.getByLabel('Path and query').fill('^/p.rged$'),
      everything: () => form.getByLabel('Yes, everything').check(),
    }
    for (const [what, fill] of Object.entries(ways)) {
      await visit('/purged')
      const before = origin.requests.filter(({ target }) => target === '/purged').length
      await form.getByLabel('What').selectOption(what)
      await fill()
      await form.getByLabel('hard').check()
      assert.match(await purge(), /^Purged: [1-9]\d* stored responses? matched; 2 of 2 threads did it\.$/, what)
      await visit('/purged')
      assert.equal(origin.requests.filter(({ target }) => target === '/purged').length, before + 1, what)
      await page.locator('#purge-result').evaluate('(result) => { result.textContent = "" }')
    }
    assert.deepEqual(errors, [])
  })

  it('says why something cannot be purged', async () => {
    const { page } = await open(desktop)
    await page.locator('#purge').getByRole('textbox', { name: 'URL' }).fill('no url at all')
    await page.keyboard.press('Enter')
    await page.locator('#purge-result', { hasText: /^Not purged: \S/ }).waitFor()
  })

  it('drains an origin and enables it again, by keyboard, and keeps the focus', async () => {
    const { page, errors } = await open(desktop)
    await page.locator('#origins').getByRole('button', { name: 'Drain' }).focus()
    await page.keyboard.press('Enter')
    await row(page, 'origins', 'draining').waitFor()
    const { origins } = (await get(box.admin, '/api/origins')).json as { origins: { condition: string }[] }
    assert.equal(origins[0]?.condition, 'draining')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Enable')
    await page.keyboard.press('Enter')
    await row(page, 'origins', '● up').waitFor()
    assert.deepEqual(errors, [])
  })

  it('can be reached by keyboard from top to bottom, with the focus to be seen', async () => {
    const { page } = await open(desktop)
    const focused = (): Promise<{ name: string; outline: string }> =>
      page.evaluate(`(() => {
      const { id, name, ariaLabel, tagName, textContent, value } = document.activeElement
      const outline = getComputedStyle(document.activeElement).outlineStyle
      return { name: tagName === 'BODY' ? '' : [id, name, ariaLabel, textContent, value].join('|'), outline }
    })()`)
    const seen = new Set<string>()
    for (;;) {
      await page.keyboard.press('Tab')
      const { name, outline } = await focused()
      // After the last one it is the browser's own turn.
      if (name === '' || seen.has(name)) break
      seen.add(name)
      assert.equal(outline, 'solid', name)
    }
    for (const wanted of ['theme|', 'window|', '|Drain ', '|Explain ', '|what|', '|Purge|', '|url|']) {
      assert.ok(
        [...seen].some((name) => `|${name}`.includes(wanted)),
        `${wanted} in ${[...seen].join('\n')}`,
      )
    }
  })

  it('is light or dark as the system is, or as was chosen, also the next time', async () => {
    const { page } = await open(desktop)
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await paper()
    assert.notEqual(dark, light)
    await page.getByLabel('Colours').selectOption('light')
    assert.equal(await paper(), light)
    await page.reload()
    assert.equal(await paper(), light)
    await page.getByLabel('Colours').selectOption('system')
    assert.equal(await paper(), dark)
  })
})

describe('the dashboard of a program that comes and goes', () => {
  it('says that it is gone, and goes on when it is back with counters from zero', async () => {
    await using stack = new AsyncDisposableStack()
    const admin = `127.0.0.1:${await freePort()}`
    const start = () => startWithAdmin(['--origin', origin.url, '--admin', admin])
    const first = await start()
    let running = first
    stack.defer(async () => void (await running.stop()))
    for (let i = 0; i < 40; i++) await visit('/busy', first.port)
    const { page } = await open(desktop, first.admin)
    await row(page, 'pages', '/busy').waitFor()
    await first.stop()
    await page.locator('#notice', { hasText: 'does not answer' }).waitFor()
    assert.ok(await page.locator('#figures').isVisible(), 'the last figures stay')
    running = await start()
    await page.locator('#notice', { hasText: 'started anew' }).waitFor()
    await page.locator('#overview', { hasText: '; 0 since the start' }).first().waitFor()
    assert.equal(await row(page, 'pages', '/busy').count(), 0)
  })

  it('shows nothing of before when it came back without having been missed', async () => {
    await using stack = new AsyncDisposableStack()
    const admin = `127.0.0.1:${await freePort()}`
    const start = () => startWithAdmin(['--origin', origin.url, '--admin', admin])
    const first = await start()
    let running = first
    stack.defer(async () => void (await running.stop()))
    await visit('/busy', first.port)
    const { page } = await open(desktop, first.admin)
    await row(page, 'pages', '/busy').waitFor()
    const [asked, back] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await page.route('**/api/status', async (route) => {
      asked.resolve()
      await back.promise
      await route.continue()
    })
    await asked.promise
    await first.stop()
    running = await start()
    // Slower than what is shown first would be.
    const pages = Promise.withResolvers<void>()
    await page.route('**/api/pages*', async (route) => {
      await pages.promise
      await route.continue()
    })
    const wanted = page.waitForRequest('**/api/pages*')
    back.resolve()
    await wanted
    assert.ok(await row(page, 'pages', '/busy').isVisible())
    assert.equal(await page.locator('#notice', { hasText: 'started anew' }).count(), 0)
    pages.resolve()
    await page.locator('#notice', { hasText: 'started anew' }).waitFor()
    assert.equal(await row(page, 'pages', '/busy').count(), 0)
  })
})

describe('the dashboard of a listener with a token', () => {
  it('asks for it, keeps it for this tab alone, and sends it to nobody else', async () => {
    await using stack = new AsyncDisposableStack()
    const token = 'a-token-of-sixteen'
    const config = `admin: { listen: "127.0.0.1:0", token: ${token} }`
    const guarded = await startWithAdmin(['--origin', origin.url], { config })
    stack.defer(async () => void (await guarded.stop()))
    opened = await openUrl(browser, guarded.admin, phone)
    const { page } = opened
    await page.locator('#token input').waitFor()
    assert.equal(await page.locator('#figures').isVisible(), false)
    await page.locator('#token input').fill('a-wrong-one')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'the token is wrong' }).waitFor()
    await page.locator('#token input').fill(token)
    await page.keyboard.press('Enter')
    await page.locator('#overview .figure').first().waitFor()
    await page.reload()
    await page.locator('#overview .figure').first().waitFor()
    assert.deepEqual(
      await page.evaluate('[Object.values(sessionStorage), Object.values(localStorage), document.cookie]'),
      [[token], [], ''],
    )
    assert.equal(new URL(page.url()).search, '')
  })
})

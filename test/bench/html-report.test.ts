import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { htmlReport } from '../../src/bench/report/html-report.ts'
import { openDocument, startChromium } from '../support/chromium.ts'
import { sampleResults, sampleRun } from './sample-results.ts'

let browser: Browser
before(async () => {
  browser = await startChromium()
})
after(() => browser?.close())

const results = sampleResults([sampleRun('direct'), sampleRun('breakwater'), sampleRun('nginx')], {
  leftOut: ['Squid is not installed.'],
  scenarios: [
    {
      name: 'wave',
      title: 'The wave',
      description: 'They come.',
      runs: ['direct', 'breakwater'].map((id) => sampleRun(id)),
    },
    {
      name: 'site-dies',
      title: 'The site dies',
      description: 'It dies.',
      runs: [sampleRun('breakwater', { events: [{ second: 9, text: '</script><script>document.title = "broken"' }] })],
    },
    {
      name: 'ceiling',
      title: 'The ceiling',
      description: 'So many.',
      runs: [sampleRun('breakwater', { seconds: [] })],
    },
  ],
})

/** How many charts are on the page, and how many of them have anything but background drawn. */
const drawnCharts = `(() => {
  const all = [...document.querySelectorAll('.chart canvas')]
  return [all.length, all.filter((c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)).length]
})()`

describe('the HTML report', () => {
  for (const { width, colorScheme } of [
    { width: 390, colorScheme: 'dark' },
    { width: 1200, colorScheme: 'light' },
  ] as const) {
    it(`draws its charts ${width} pixels wide and ${colorScheme}, and wants nothing from elsewhere`, async () => {
      const options = { width, height: 800, colorScheme }
      const { page, errors, requests } = await openDocument(browser, htmlReport(results), options)
      assert.equal(await page.locator('h1').textContent(), results.headline)
      assert.deepEqual(await page.evaluate(drawnCharts), [9, 9])
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width)
      assert.deepEqual([errors, requests], [[], []])
      await page.close()
    })
  }

  it('draws a scenario when it is opened, and takes nothing in the results for markup', async () => {
    const options = { width: 800, height: 800, colorScheme: 'light' } as const
    const { page, errors } = await openDocument(browser, htmlReport(results), options)
    const section = page.locator('details[data-scenario="site-dies"]')
    assert.equal(await section.locator('canvas').count(), 0)
    await section.locator('summary').click()
    await section.locator('canvas').first().waitFor()
    assert.equal(await section.locator('canvas').count(), 7)
    assert.match((await section.locator('> table').textContent()) ?? '', /All <were> served\./)
    assert.match(await page.title(), /Slashdotting/)
    assert.deepEqual(errors, [])
    await page.close()
  })

  it('says what was left out, and has no charts where nothing took its course', async () => {
    const options = { width: 800, height: 800, colorScheme: 'light' } as const
    const { page } = await openDocument(browser, htmlReport(results), options)
    assert.match((await page.locator('details').last().textContent()) ?? '', /Squid is not installed\./)
    assert.equal(await page.locator('details[data-scenario="ceiling"] .charts').count(), 0)
    await page.close()
  })
})

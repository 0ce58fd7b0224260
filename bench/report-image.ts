/*
 * The main chart of a report of `breakwater bench` as a picture, drawn by Chromium:
 *
 *   node bench/report-image.ts docs/example-report.html docs/images/wave.png
 */
import { readFileSync } from 'node:fs'
import { openDocument, startChromium } from '../test/support/chromium.ts'

const [report, image] = process.argv.slice(2)
if (report === undefined || image === undefined)
  throw new Error('Usage: node bench/report-image.ts REPORT.html IMAGE.png')
const browser = await startChromium()
const options = { width: 900, height: 800, colorScheme: 'light' } as const
const { page } = await openDocument(browser, readFileSync(report, 'utf8'), options)
await page.locator('.chart').first().screenshot({ path: image })
await browser.close()

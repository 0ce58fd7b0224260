import { type Browser, chromium, type Page } from 'playwright-core'

/** Debian's, which the test command installs. */
const executablePath = '/usr/bin/chromium'

export interface OpenedPage {
  readonly page: Page
  /** What its scripts complained of. */
  readonly errors: readonly string[]
  /** What it wanted from elsewhere. */
  readonly requests: readonly string[]
}

export interface PageOptions {
  readonly width: number
  readonly height: number
  readonly colorScheme: 'light' | 'dark'
}

export function startChromium(): Promise<Browser> {
  // As root, and in containers, there is no sandbox to be had.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** Opens a document that may not ask anybody for anything. */
export async function openDocument(browser: Browser, html: string, options: PageOptions): Promise<OpenedPage> {
  const opened = await newPage(browser, options)
  await opened.page.setContent(html)
  return opened
}

/** Opens what a server shows at this address. */
export async function openUrl(browser: Browser, url: string, options: PageOptions): Promise<OpenedPage> {
  const opened = await newPage(browser, options)
  await opened.page.goto(url)
  return opened
}

async function newPage(browser: Browser, { width, height, colorScheme }: PageOptions): Promise<OpenedPage> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: 1 })
  const [errors, requests]: [string[], string[]] = [[], []]
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url())
  })
  return { page, errors, requests }
}

import { get, Refused } from './api.js'
import { byId } from './element.js'
import { ExplainForm } from './explain-form.js'
import { History } from './history.js'
import { Notice } from './notice.js'
import { Origins } from './origins.js'
import { Overview } from './overview.js'
import { Problems } from './problems.js'
import { startPurgeForm } from './purge-form.js'
import { startTheme } from './theme.js'
import { Tiers } from './tiers.js'
import { askForToken } from './token-form.js'
import { TrafficCharts } from './traffic-charts.js'
import { TrafficTables } from './traffic-tables.js'

const EVERY_MS = 1_000
/** What changes slowly, or costs the threads more, is asked for in every fifth round. */
const SLOW_ROUNDS = 5
const ROWS = 10

const history = new History()
const charts = new TrafficCharts(history)
const explain = new ExplainForm()
const parts = {
  notice: new Notice(),
  overview: new Overview(),
  origins: new Origins(refresh),
  tiers: new Tiers(),
  tables: new TrafficTables((url) => explain.explain(url)),
  problems: new Problems(),
}
let round = 0
/** When the process whose figures are shown was started. @type {number | undefined} */
let shownStartedMs
let wake = () => {}

startPurgeForm(refresh)
startTheme(() => charts.redraw())
document.addEventListener('visibilitychange', () => wake())
await run()

/** Asks for the figures again and again, as long as somebody looks. */
async function run() {
  for (;;) {
    if (document.visibilityState === 'visible') await lookAgain()
    await new Promise((resolve) => {
      wake = () => resolve(undefined)
      if (document.visibilityState === 'visible') setTimeout(resolve, EVERY_MS)
    })
  }
}

/** Everything at once, and now. */
function refresh() {
  round = 0
  wake()
}

async function lookAgain() {
  try {
    await look()
    round++
  } catch (error) {
    round = 0
    if (error instanceof Refused && error.wantsToken) await askForToken(error.message)
    else parts.notice.gone(error)
  }
}

/** Shows nothing before everything is there: figures of two processes never stand beside each other. */
async function look() {
  // First and alone: where it is another process than before, it knows when it began, and everything is to be asked anew.
  const status = await get('/api/status')
  const isFull = round % SLOW_ROUNDS === 0 || status.startedMs !== shownStartedMs
  const [fast, slow] = await Promise.all([getFast(), isFull ? getSlow() : undefined])
  byId('figures', HTMLElement).hidden = false
  parts.notice.here(status)
  showFast(status, fast)
  if (slow !== undefined) showSlow(status, slow)
  shownStartedMs = status.startedMs
}

async function getFast() {
  const [minute, longer, origins] = await Promise.all([
    get('/api/traffic?seconds=60'),
    history.missing > 60 ? get(`/api/traffic?seconds=${history.missing}`) : undefined,
    get('/api/origins'),
  ])
  return { minute, longer, origins }
}

function showFast(status, { minute, longer, origins }) {
  history.add((longer ?? minute).seconds, status.startedMs)
  charts.show()
  parts.overview.show(status, minute)
  parts.origins.show(origins)
}

async function getSlow() {
  const [hosts, pages, tiers, problems] = await Promise.all([
    get('/api/hosts'),
    get(`/api/pages?limit=${ROWS}`),
    get('/api/tiers'),
    get(`/api/problems?limit=${ROWS}`),
  ])
  return { hosts, pages, tiers, problems }
}

function showSlow(status, { hosts, pages, tiers, problems }) {
  parts.tables.showHosts(hosts)
  parts.tables.showPages(pages)
  parts.tiers.show(status, tiers)
  parts.problems.show(problems)
}

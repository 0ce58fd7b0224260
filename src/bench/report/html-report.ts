import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { BenchResults, RunResults, ScenarioResults } from '../results.ts'
import { amount } from '../words.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { curveAt, scenarioViews } from './view.ts'

/** The results as one HTML page that needs nothing else: the verdict in words on top, then each scenario with its charts. */
export function htmlReport(results: BenchResults): string {
  const views = JSON.stringify({ views: scenarioViews(results), curveAt })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Breakwater: would this site survive a Slashdotting?</title>
<link rel="icon" href="data:,">
<style>${uplotFile('uPlot.min.css')}${pageStyle}</style>
</head>
<body>
<main>
<p class="name">Would this site survive a Slashdotting?</p>
<h1>${escapeHtml(results.headline)}</h1>
${facts(results)}
${results.scenarios.map((scenario, i) => section(scenario, results, i === 0)).join('\n')}
${leftOut(results)}
</main>
<script type="application/json" id="views">${views.replaceAll('<', '\\u003c')}</script>
<script>${uplotFile('uPlot.iife.min.js').replaceAll('</script', '<\\/script')}</script>
<script>${pageScript}</script>
</body>
</html>
`
}

function facts({ machine, settings, madeAt, targets }: BenchResults): string {
  const versions = targets.flatMap(({ kind, name, version }) => (kind === 'peer' ? [`${name} ${version}`] : []))
  const site = settings.mode === 'demo' ? 'the built-in demo site (300 ms a page, eight at a time)' : settings.url
  const parts = [
    `Measured: ${site}`,
    `visitors leave after ${settings.patienceMs / 1000} s`,
    ...(settings.isQuick ? ['a quick look'] : []),
    `Breakwater ${machine.breakwater}, Node ${machine.node}`,
    ...versions,
    `${machine.cores} × ${machine.processor}, ${machine.memoryGiB} GiB, ${machine.system}; sender, cache and site share it`,
    `${madeAt.slice(0, 16).replace('T', ' ')} UTC`,
  ]
  return `<p class="facts">${escapeHtml(parts.join('; '))}.</p>`
}

function section(scenario: ScenarioResults, { targets }: BenchResults, isOpen: boolean): string {
  const rows = scenario.runs.map((run) => {
    const target = targets.find(({ id }) => id === run.target)
    return row(run, target?.name ?? run.target, target?.kind === 'breakwater')
  })
  const ours = scenario.runs.filter(({ target }) => targets.find(({ id }) => id === target)?.kind === 'breakwater')
  const passed = ours.filter(({ verdict }) => verdict.outcome === 'passed').length
  const tally =
    ours.length === 0
      ? ''
      : ` <span class="tally ${passed === ours.length ? 'passed' : 'failed'}">${passed} of ${ours.length} passed</span>`
  const charts = scenario.runs.some(({ seconds }) => seconds.length > 0) ? '<div class="charts"></div>' : ''
  return `<details data-scenario="${escapeHtml(scenario.name)}"${isOpen ? ' open' : ''}>
<summary><h2>${escapeHtml(scenario.title)}</h2>${tally}</summary>
<p class="about">${escapeHtml(scenario.description)}</p>
<table>${rows.join('')}</table>
${charts}
</details>`
}

const marks = { passed: '✓ passed', failed: '✗ failed', unclear: '? unclear' } as const

/** What is not ours is shown without alarm. */
function row({ target, verdict, clientLimit }: RunResults, name: string, isOurs: boolean): string {
  const style = isOurs || verdict.outcome === 'passed' ? verdict.outcome : 'shown'
  const limit =
    clientLimit === undefined || verdict.sentence.includes(clientLimit)
      ? ''
      : ` The client was the limit: ${clientLimit}.`
  const dot = `<span class="dot" style="background:var(--${target === 'through' ? 'breakwater' : target})"></span>`
  return `<tr><td>${dot}${escapeHtml(name)}</td><td class="${style}">${marks[verdict.outcome]}</td><td>${escapeHtml(verdict.sentence + limit)}</td></tr>`
}

function leftOut({ leftOut: sentences }: BenchResults): string {
  if (sentences.length === 0) return ''
  const items = sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')
  return `<details><summary><h2>Left out</h2> <span class="tally">${amount(sentences.length)}</span></summary><ul>${items}</ul></details>`
}

function uplotFile(name: string): string {
  const require = createRequire(import.meta.url)
  return readFileSync(join(dirname(require.resolve('uplot/package.json')), 'dist', name), 'utf8')
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

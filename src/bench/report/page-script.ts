/**
 * The report's script, as it stands in the page: draws with uPlot what `views` holds, a scenario when it is opened. Plain
 * JavaScript for browsers; what can be computed beforehand is (view.ts).
 */
export const pageScript = `
'use strict'
const { views, curveAt } = JSON.parse(document.getElementById('views').textContent)
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim() || '#888'
const of = (target) => colour(target === 'through' ? 'breakwater' : target)
const short = (v) => v == null ? '' : v >= 10000 ? Math.round(v / 1000) + 'k' : v >= 100 ? String(Math.round(v)) : String(Number(v.toPrecision(3)))
let drawn = []

/** Log scales as far as there is something to be seen on them: asinh has a zero. */
const scales = {
  linear: { range: (u, min, max) => [0, max > 0 ? max * 1.05 : 1] },
  rate: { distr: 4, asinh: 1, range: (u, min, max) => [0, Math.max(1, max) * 1.3] },
  latency: { distr: 3, log: 10, range: (u, min, max) => [Math.max(0.05, Math.min(min || 0.1, 1) * 0.8), Math.max(max || 1, 10) * 1.3] },
  share: { range: [0, 100] },
}

function chart(box, { title, unit, scale, lines, x, events = [], xAxis = {}, xValue, height }) {
  const holder = document.createElement('div')
  holder.className = 'chart'
  const heading = document.createElement('h3')
  heading.textContent = title + (unit ? ', ' + unit : '')
  holder.append(heading)
  box.append(holder)
  // An asinh axis has a mark below its zero.
  const filter = (u, splits) => splits.map((v) => (v < 0 ? null : v))
  const axis = { stroke: colour('soft'), grid: { stroke: colour('line'), width: 1, filter }, ticks: { stroke: colour('line'), filter }, font: '11px system-ui' }
  const options = {
    width: holder.clientWidth, height,
    scales: { x: { time: false }, y: scales[scale] },
    axes: [
      { ...axis, incrs: [1, 2, 5, 10, 20, 30, 60], values: (u, vs) => vs.map((v) => v + ' s'), ...xAxis },
      { ...axis, size: 50, values: (u, vs) => vs.map((v) => v == null || v < 0 ? '' : short(v) + (scale === 'share' ? ' %' : '')) },
    ],
    cursor: { points: { size: 5 } },
    legend: { live: true },
    series: [
      { label: xValue ? '' : 's', value: (u, v) => v == null ? '' : xValue ? xValue(v) : v },
      ...lines.map(({ label, stroke, width = 2 }) => ({ label, stroke, width, spanGaps: false, points: { show: false }, value: (u, v) => short(v) })),
    ],
    hooks: { draw: [(u) => drawEvents(u, events)] },
  }
  const plot = new uPlot(options, [x, ...lines.map(({ values }) => values)], holder)
  drawn.push({ plot, holder })
}

function drawEvents(u, events) {
  const { ctx } = u
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = colour('unclear')
  ctx.setLineDash([3, 3])
  ctx.font = 10 * devicePixelRatio + 'px system-ui'
  events.forEach(({ second, text }, i) => {
    const x = Math.round(u.valToPos(second, 'x', true))
    ctx.beginPath(); ctx.moveTo(x, u.bbox.top); ctx.lineTo(x, u.bbox.top + u.bbox.height); ctx.stroke()
    const isLate = x + ctx.measureText(text).width > u.bbox.left + u.bbox.width
    ctx.textAlign = isLate ? 'right' : 'left'
    if (events.length < 5) ctx.fillText(text, x + (isLate ? -3 : 3) * devicePixelRatio, u.bbox.top + (11 + (i % 2) * 12) * devicePixelRatio)
  })
  ctx.restore()
}

function draw(details) {
  const view = views.find(({ name }) => name === details.dataset.scenario)
  const box = details.querySelector('.charts')
  if (!view || !box) return
  box.textContent = ''
  drawn = drawn.filter(({ holder }) => holder.isConnected)
  const { runs } = view
  const longest = runs.reduce((a, b) => (a.offered.length >= b.offered.length ? a : b))
  const x = longest.offered.map((_, i) => i)
  const padded = (values) => x.map((_, i) => values[i] ?? null)
  // The first, which matters most, is drawn last: lines that run together hide each other.
  const each = (key) => runs.toReversed().map((run) => ({ label: run.name, stroke: of(run.target), values: padded(run[key]) })).filter(({ values }) => values.some((v) => v !== null))
  const events = runs.length === 1 ? runs[0].events : []
  // What is over within a second or two has no course to be drawn.
  const add = (options) => x.length > 2 && options.lines.length && chart(box, { x, events, height: 190, ...options })
  add({ title: 'Visitors offered and served', unit: 'a second', scale: 'rate', height: 280, lines: [{ label: 'offered', stroke: colour('offered') + '66', width: 9, values: padded(longest.offered) }, ...each('answered')] })
  if (runs.length === 1) {
    const [run] = runs
    add({ title: 'Latency from the moment a visitor was due', unit: 'ms', scale: 'latency', lines: [['p50', 'nginx'], ['p99', 'breakwater'], ['p999', 'direct']].map(([key, name]) => ({ label: key === 'p999' ? 'p99.9' : key, stroke: colour(name), values: padded(run[key]) })) })
  } else {
    add({ title: 'Latency, p50', unit: 'ms', scale: 'latency', lines: each('p50') })
    add({ title: 'Latency, p99', unit: 'ms', scale: 'latency', lines: each('p99') })
    add({ title: 'Latency, p99.9', unit: 'ms', scale: 'latency', lines: each('p999') })
  }
  add({ title: 'Requests that reached the site', unit: 'a second', scale: 'rate', lines: each('site') })
  add({ title: 'Answered without the site', unit: '', scale: 'share', lines: each('hits') })
  add({ title: 'Memory of the cache', unit: 'MiB', scale: 'linear', lines: each('memory') })
  add({ title: 'Not served', unit: 'a second', scale: 'rate', lines: each('failed') })
  const share = (v) => v === 0 ? 'all' : '1 in ' + short(Math.round(10 ** v))
  chart(box, {
    title: 'Latency distribution: one visitor in so many waited longer', unit: 'ms', scale: 'latency', height: 190, x: curveAt,
    lines: runs.toReversed().map((run) => ({ label: run.name, stroke: of(run.target), values: run.curve })),
    xAxis: { splits: () => [0, 1, 2, 3, 4], values: (u, vs) => vs.map(share) }, xValue: share,
  })
}

const open = () => document.querySelectorAll('details[open][data-scenario]')
document.querySelectorAll('details[data-scenario]').forEach((details) => details.addEventListener('toggle', () => details.open && draw(details)))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => open().forEach(draw))
addEventListener('resize', () => drawn.forEach(({ plot, holder }) => holder.isConnected && holder.clientWidth > 0 && plot.setSize({ width: holder.clientWidth, height: plot.height })))
`

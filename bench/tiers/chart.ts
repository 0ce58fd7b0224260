import type { OutageFigures, Slice } from './outage.ts'

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [900, 360, 60, 30, 40]
/** Of the logarithmic axis. */
const [LEAST_MS, MOST_MS] = [0.1, 1_000]

const series: readonly { readonly of: keyof Omit<Slice, 'atMs'>; readonly color: string; readonly name: string }[] = [
  { of: 'tierWorstMs', color: '#c2410c', name: 'worst of those that memory lacks' },
  { of: 'tierMedianMs', color: '#fdba74', name: 'their median' },
  { of: 'memoryWorstMs', color: '#0369a1', name: 'worst hit in memory' },
]

/** Latencies over time as SVG: each point is a tenth of a second. */
export function chart({ slices, events, perSecond, deadlineMs }: OutageFigures): string {
  const endMs = (slices.at(-1)?.atMs ?? 0) + 100
  const x = (atMs: number) => (LEFT + (atMs / endMs) * (WIDTH - LEFT - 10)).toFixed(1)
  const y = (ms: number) => {
    const part = Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / Math.log(MOST_MS / LEAST_MS)
    return (HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)).toFixed(1)
  }
  const line = (x1: string, y1: string, x2: string, y2: string, look: string) =>
    `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${look}/>`
  const text = (atX: string, atY: string, words: string, more = '') =>
    `<text x="${atX}" y="${atY}" ${more}>${words}</text>`
  const right = `${WIDTH - 10}`
  const goal = deadlineMs + 20
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(`${LEFT}`, '16', `Latency at ${perSecond} requests a second, ms`),
    ...[0.1, 1, 10, 100, 1000].flatMap((ms) => [
      line(`${LEFT}`, y(ms), right, y(ms), 'stroke="#ddd"'),
      text(`${LEFT - 6}`, y(ms), `${ms}`, 'text-anchor="end"'),
    ]),
    line(`${LEFT}`, y(goal), right, y(goal), 'stroke="#16a34a" stroke-dasharray="4"'),
    text(right, `${Number(y(goal)) - 4}`, `deadline + 20 ms`, 'text-anchor="end" fill="#16a34a"'),
    ...events.flatMap(({ atMs, what }) => [
      line(x(atMs), `${TOP}`, x(atMs), `${HEIGHT - BOTTOM}`, 'stroke="#666" stroke-dasharray="2"'),
      text(`${Number(x(atMs)) + 3}`, `${TOP + 10}`, what),
    ]),
    ...series.map(({ of, color }) => {
      const points = slices.map((slice) => `${x(slice.atMs)},${y(slice[of])}`).join(' ')
      return `<polyline points="${points}" fill="none" stroke="${color}"/>`
    }),
    ...series.map(({ color, name }, i) => text(`${LEFT + i * 230}`, `${HEIGHT - 8}`, name, `fill="${color}"`)),
    ...[0, 5, 10, 15, 20].map((second) => text(x(second * 1000), `${HEIGHT - BOTTOM + 14}`, `${second} s`)),
    '</svg>',
  ].join('\n')}\n`
}

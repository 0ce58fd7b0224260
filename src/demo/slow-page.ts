import type { ServerResponse } from 'node:http'
import { layout, type Rendering } from './layout.ts'

const lines = [
  'High water at the outer mark. The first boats are leaving.',
  'An hour on. The ladder at the quay shows its third rung.',
  'Two hours. Gulls on the sandbank, arguing.',
  'Three hours, the ebb is at its fastest. You can hear it between the stones.',
  'Four hours. The old mooring chain is dry.',
  'Five hours. Somebody walks to the island, shoes in hand.',
  'Low water. Nothing moves for eleven minutes.',
  'It turns. A thin line of foam comes round the head of the breakwater.',
  'Two hours of flood. Whoever is still on the island hurries.',
  'High water. The boats come home.',
]

/**
 * A page that arrives in pieces, one each `stepMs`, without saying how long it will be: what a cache can pass on while
 * it comes, and give to everybody who asks meanwhile.
 */
export function sendSlowPage(response: ServerResponse, rendering: Rendering, stepMs: number): void {
  const body = '<h1>One tide, slowly</h1>\n<p class="lead">This page takes its time.</p>\n<!-- lines -->'
  const [start, end] = layout({ title: 'One tide, slowly', body }, rendering).split('<!-- lines -->')
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'max-age=60' })
  response.write(start)
  let next = 0
  const timer = setInterval(() => {
    response.write(`<p>${lines[next++]}</p>\n`)
    if (next < lines.length) return
    clearInterval(timer)
    response.end(end)
  }, stepMs)
  // The reader may leave before the tide has turned.
  response.on('close', () => clearInterval(timer))
}

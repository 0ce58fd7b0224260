import { type DemoSite, startDemoSite } from '../../demo/demo-site.ts'

/*
 * The site process: the demo site on a port, telling over its channel what has reached it. Words: PORT and the
 * lifetime of its pages in seconds (0 for their own).
 */
const countEveryMs = 100

process.on('disconnect', () => process.exit(1))
const [port = 0, freshSeconds = 0] = process.argv.slice(2).map(Number)
const site: DemoSite = await startDemoSite({ port, ...(freshSeconds > 0 && { pageFreshSeconds: freshSeconds }) })
process.send?.({ type: 'listening' })
setInterval(() => process.send?.({ type: 'counted', requests: site.requests() }), countEveryMs)

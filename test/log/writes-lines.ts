import { LineWriter } from '../../src/log/line-writer.ts'

/*
 * A process whose standard output is whatever the test gives it: writes lines for a while, as a server would, then says
 * on standard error how that went, and exits.
 */
const states: unknown[] = []
const writer = new LineWriter({ target: 1, mode: 'gathered', onState: (state) => states.push(state) })
const line = `${'x'.repeat(199)}\n`
let longestMs = 0
let rounds = 0

const round = setInterval(() => {
  const startedMs = performance.now()
  for (let i = 0; i < 1000; i++) writer.write(line)
  longestMs = Math.max(longestMs, performance.now() - startedMs)
  if (++rounds < 30) return
  clearInterval(round)
  void writer.close().then(() => {
    process.stderr.write(JSON.stringify({ states, droppedLines: writer.droppedLines, longestMs }))
    process.exit(0)
  })
}, 10)

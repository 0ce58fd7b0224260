import { after } from 'node:test'

/*
 * Loaded before each test file. A file whose tests are over but whose process stays, because something was left open,
 * would stop the whole run: it is ended and told what keeps it.
 */
const patienceMs = 10_000

after(() => {
  // Unreferenced: it comes to pass only if something else keeps the process alive.
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout')
    process.stderr.write(`Left open after the last test: ${left.join(', ') || 'a timer'}\n`)
    process.exit(1)
  }, patienceMs).unref()
})

import { setFlagsFromString } from 'node:v8'
import { runCli } from './cli/cli.ts'

// The heap may double before all of it is collected. V8 would let a small one grow by so little that one collection follows the other,
// and hits wait for each (docs/decisions/garbage.md). It holds for the threads of workers, too.
setFlagsFromString('--heap-growing-percent=100')

// The parts are loaded when they are started, so that `check` and `--help` answer without them.
const exitCode = await runCli(process.argv.slice(2), process, {
  startApp: async (config, effective, load) => {
    const { startApp } = await import('./app/start-app.ts')
    const { takeInheritedSockets } = await import('./app/inherited-sockets.ts')
    return startApp(config, { effective, load, inherited: takeInheritedSockets(process.env) })
  },
  startDemo: async () => (await import('./demo/demo-site.ts')).startDemoSite(),
  onSignal(listener) {
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const
    for (const signal of signals) process.on(signal, listener)
    return () => {
      for (const signal of signals) process.off(signal, listener)
    }
  },
  // To the process whose sockets this one took over, if there is one.
  announce: (message) => process.send?.(message),
  exit: (code) => process.exit(code),
})
process.exit(exitCode)

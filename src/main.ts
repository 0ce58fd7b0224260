import { runCli } from './cli/cli.ts'

// The parts are loaded when they are started, so that `check` and `--help` answer without them.
const exitCode = await runCli(process.argv.slice(2), process, {
  startApp: async (config, effective) => (await import('./app.ts')).startApp(config, effective),
  startDemo: async () => (await import('./demo/demo-site.ts')).startDemoSite(),
  onSignal(listener) {
    process.on('SIGTERM', listener).on('SIGINT', listener)
    return () => process.off('SIGTERM', listener).off('SIGINT', listener)
  },
  exit: (code) => process.exit(code),
})
process.exit(exitCode)

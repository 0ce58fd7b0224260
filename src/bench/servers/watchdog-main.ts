/*
 * The watchdog process: told over its channel which process groups the benchmark has started and which have ended, and when that channel closes,
 * which it does even when the benchmark is killed, ends those that are left.
 */
const groups = new Set<number>()

process.on('message', ({ started, ended }: { readonly started?: number; readonly ended?: number }) => {
  if (started !== undefined) groups.add(started)
  if (ended !== undefined) groups.delete(ended)
})
process.on('disconnect', () => {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL')
    } catch {
      // Gone already, or on its own way.
    }
  }
  process.exit(0)
})

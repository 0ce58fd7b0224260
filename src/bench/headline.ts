import type { RunResults, ScenarioResults, TargetFacts } from './results.ts'
import { amount, milliseconds, rate } from './words.ts'

/**
 * The verdict in words, from what the wave measured: "direct: collapsed at 41 visitors/s; through Breakwater: 5,000 visitors/s,
 * p99 4 ms, the site saw 0.2 requests/s".
 */
export function headline(targets: readonly TargetFacts[], scenarios: readonly ScenarioResults[]): string {
  const judged = scenarios.flatMap(({ runs }) => runs.filter((run) => isBreakwater(targets, run)))
  const passed = judged.filter(({ verdict }) => verdict.outcome === 'passed').length
  const count = `${passed} of ${judged.length} runs through Breakwater passed`
  const wave = scenarios.find(({ name }) => name === 'wave')
  const shown = ['direct', 'breakwater', 'through'].flatMap((id) => {
    const run = wave?.runs.find(({ target }) => target === id)
    const target = targets.find((one) => one.id === id)
    return run === undefined || target === undefined ? [] : [`${nameInSentence(target)}: ${waveWords(run)}`]
  })
  return shown.length === 0 ? `${count}.` : `${shown.join('; ')}. ${count}.`
}

function isBreakwater(targets: readonly TargetFacts[], run: RunResults): boolean {
  return targets.find(({ id }) => id === run.target)?.kind === 'breakwater'
}

function nameInSentence({ id, name }: TargetFacts): string {
  return id === 'breakwater' ? `through ${name}` : name
}

function waveWords({ figures, clientLimit, verdict }: RunResults): string {
  const value = (name: string) => figures.find((figure) => figure.name === name)?.value
  const collapsed = value('collapsed at')
  if (collapsed !== undefined) {
    return clientLimit === undefined
      ? `collapsed at ${amount(collapsed)} visitors/s`
      : `unclear, because the client was the limit`
  }
  const site = value('site load')
  const seen = site === undefined ? '' : `, the site saw ${rate(site)} requests/s`
  const carried = verdict.outcome === 'passed' ? '' : 'did not carry '
  return `${carried}${amount(value('carried') ?? 0)} visitors/s, p99 ${milliseconds(value('p99 at the top') ?? 0)}${seen}`
}

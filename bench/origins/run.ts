/*
 * What several slow origins carry together, and what is left of one in a wave. A complete run takes under four minutes and writes
 * bench/results/origins.{json,md}; a part is shown only.
 *
 *   npm run bench:origins [-- --only spread|wave] [--seconds N]
 */
import { parseArgs } from 'node:util'
import { describeMachine } from '../support/machine.ts'
import { GOODPUT_GOAL, spreadTable, waveTable, writeResults } from './results.ts'
import { spread } from './spread.ts'
import { wave } from './wave.ts'

const { values } = parseArgs({ options: { only: { type: 'string' }, seconds: { type: 'string' } } })
const machine = describeMachine()
const spreadSeconds = Number(values.seconds ?? 4)
const waveSeconds = Number(values.seconds ?? 3)
const tell = (what: string): void => void process.stderr.write(`${what}\n`)

const spreadRows = values.only === 'wave' ? undefined : await spread(spreadSeconds, tell)
if (spreadRows !== undefined) process.stdout.write(`${spreadTable(spreadRows)}\n`)
const waveRows = values.only === 'spread' ? undefined : await wave(waveSeconds, tell)
if (waveRows !== undefined) process.stdout.write(`${waveTable(waveRows)}\n`)
if (spreadRows !== undefined && waveRows !== undefined) {
  const goods = waveRows[0]!.loads.map(({ goodPerSecond }) => goodPerSecond)
  const goodputUnderWave = goods.at(-1)! / Math.max(...goods)
  writeResults({
    machine,
    settings: { spreadSeconds, waveSeconds },
    goodputUnderWave,
    spread: spreadRows,
    wave: waveRows,
  })
  tell(`goodput under five times the capacity: ${(goodputUnderWave * 100).toFixed(0)} % of its best`)
  if (goodputUnderWave <= GOODPUT_GOAL) process.exitCode = 1
}

import { isDeepStrictEqual } from 'node:util'
import { Simulation } from '../advise/simulation.ts'
import type { Config } from '../config/config.ts'
import type { Members } from '../config/declare.ts'
import { options, settingsMembers } from '../config/options.ts'
import { type ReadConfig, readConfig } from '../config/read-config.ts'

/** For configurations of our own making: a problem in one is a defect. */
export function mustRead(text: string, what: string): Config {
  const read: ReadConfig = readConfig({ text, file: what })
  if (read.kind === 'ok') return read.config
  throw new Error(`Cannot use ${what}: ${read.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`)
}

export function simulationOf({ caching, memoryBytes, objectBytesMax }: Config, assumedSeconds: number): Simulation {
  return new Simulation({ caching, memoryBytes, objectBytesMax, assumedSeconds })
}

/** What the preset `generic` ignores is noise wherever it is seen. */
export function knownNoise(): { readonly parameters: readonly string[]; readonly cookies: readonly string[] } {
  const { key, cookies } = mustRead('preset: generic', 'preset generic').caching.defaults
  return { parameters: key.query.ignore, cookies: cookies.ignore }
}

/** Presets of these of which not everything is in force. */
export function presetsNotInForce(presets: readonly string[], { caching: { defaults } }: Config): readonly string[] {
  const isAmong = (all: readonly string[], some: readonly string[]): boolean => some.every((one) => all.includes(one))
  return presets.filter((preset) => {
    const { key, cookies } = mustRead(`preset: ${preset}`, `preset ${preset}`).caching.defaults
    return !(
      isAmong(defaults.key.query.ignore, key.query.ignore) &&
      isAmong(defaults.cookies.ignore, cookies.ignore) &&
      isAmong(defaults.cookies.pass, cookies.pass)
    )
  })
}

export interface Additions {
  readonly presets: readonly string[]
  /** Names of parameters to be left out of the key. */
  readonly ignore: readonly string[]
}

const RELEVANT: Members = {
  ...settingsMembers,
  memory: options.memory,
  objectMax: options.objectMax,
  rules: options.rules,
}

/**
 * The part of a configuration in force that caching depends on, with something added. A default counts as not written, so that
 * presets can say otherwise, as they can in a file.
 *
 * @param inForce plain values in the words of the file, as the admin listener shows them
 */
export function withAdditions(inForce: unknown, { presets, ignore }: Additions): Config {
  const written = withoutDefaults(RELEVANT, inForce) ?? {}
  // What fields the origin is sent decides nothing here, and their values are not shown.
  const { headers: _, ...caching } = written
  const key = mapOf(caching.key)
  const query = mapOf(key.query)
  const before = Array.isArray(query.ignore) ? query.ignore : []
  const text = JSON.stringify({
    ...caching,
    preset: presets,
    key: { ...key, query: { ...query, ignore: [...before, ...ignore] } },
  })
  return mustRead(text, 'the configuration in force')
}

type Values = Readonly<Record<string, unknown>>

function mapOf(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function withoutDefaults(members: Members, value: unknown): Values | undefined {
  const values = mapOf(value)
  const kept = Object.entries(members).flatMap(([name, member]): [string, unknown][] => {
    const own = values[name]
    if (own === undefined) return []
    if (member.kind !== 'group') {
      return member.kind === 'option' && isDeepStrictEqual(own, member.default) ? [] : [[name, own]]
    }
    const inner = withoutDefaults(member.members, own)
    return inner === undefined ? [] : [[name, inner]]
  })
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

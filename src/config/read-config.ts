import type { z } from 'zod'
import type { Config } from './config.ts'
import { findContradictions } from './cross-checks.ts'
import { type Members, withShorthand } from './declare.ts'
import { type Layer, type Merged, merge } from './merge.ts'
import { options, type ParsedOptions } from './options.ts'
import { inAskingOrder, type PresetName, presetText } from './presets.ts'
import { formatPath, inOrder, mismatch, type Path, type Problem } from './problems.ts'
import { configSchema } from './schema.ts'
import { toConfig } from './to-config.ts'
import { unknownOption } from './unknown-options.ts'
import { paramsOf } from './value-types.ts'
import { readYaml, type YamlSource } from './yaml-source.ts'

/** A value that stands in for what the file says: `{ flag: '--log-level', path: ['log', 'level'], value: 'debug' }`. */
export interface Override {
  readonly flag: string
  readonly path: readonly string[]
  readonly value: unknown
}

export interface ConfigText {
  readonly text: string
  /** As messages name it. */
  readonly file: string
}

export type ReadConfig =
  | ({ readonly kind: 'ok'; readonly config: Config } & Merged)
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

/**
 * Reads a configuration and checks all of it. Without a file the defaults hold, which are those of the RFCs.
 *
 * @returns the configuration, or every problem it has
 */
export function readConfig(source: ConfigText | undefined, overrides: readonly Override[] = []): ReadConfig {
  const own = readLayer(source, overrides)
  if (own.kind === 'invalid') return own
  const presets = readPresets(own.parsed.preset)
  if (presets.kind === 'invalid') return presets
  const merged = merge(options, [{ preset: undefined, written: own.written }, ...presets.layers])
  // Right, since each of its parts is.
  return { kind: 'ok', config: toConfig(configSchema.parse(merged.written)), ...merged }
}

type Invalid = Extract<ReadConfig, { kind: 'invalid' }>
type ReadLayer = { readonly kind: 'ok'; readonly parsed: ParsedOptions; readonly written: unknown } | Invalid

/** Every preset that the names mean, read and checked as a file of the user's is. */
function readPresets(names: readonly PresetName[]): { readonly kind: 'ok'; readonly layers: Layer[] } | Invalid {
  const read = new Map<PresetName, ReadLayer>()
  const order = inAskingOrder(names, (name) => {
    const layer = read.get(name) ?? readLayer(presetText(name), [])
    read.set(name, layer)
    return layer.kind === 'ok' ? layer.parsed.preset : []
  })
  const problems = order.flatMap((name) => {
    const layer = read.get(name)
    return layer?.kind === 'invalid' ? layer.problems : []
  })
  if (problems.length > 0) return { kind: 'invalid', problems }
  const layers = order.flatMap((name): Layer[] => {
    const layer = read.get(name)
    return layer?.kind === 'ok' ? [{ preset: name, written: layer.written }] : []
  })
  return { kind: 'ok', layers }
}

function readLayer(source: ConfigText | undefined, overrides: readonly Override[]): ReadLayer {
  const yaml = readYaml(source?.text ?? '', source?.file ?? 'flags')
  if (yaml.broken) return { kind: 'invalid', problems: inOrder(yaml.problems) }

  const written = overrides.reduce<unknown>(
    (value, { path, value: own }) => withValue(value, path, own, options),
    yaml.value,
  )
  const parsed = configSchema.safeParse(written)
  const report = reporter({ yaml, file: source?.file ?? 'flags', overrides, written })
  const problems = [
    ...yaml.problems,
    ...(parsed.error?.issues ?? []).flatMap((issue) => issueProblems(issue, report)),
    ...findContradictions(written).map(({ path, message }) => report(path, 'value', message)),
  ]
  if (parsed.success && problems.length === 0) return { kind: 'ok', parsed: parsed.data, written }
  return { kind: 'invalid', problems: inOrder(problems) }
}

type Report = (path: Path, what: 'name' | 'value', message: string | ((value: unknown) => string)) => Problem

interface ReportContext {
  readonly yaml: YamlSource
  readonly file: string
  readonly overrides: readonly Override[]
  readonly written: unknown
}

/** Makes problems that point to where the value came from: a place in the file, or a flag. */
function reporter({ yaml, file, overrides, written }: ReportContext): Report {
  return (path, what, message) => {
    const { value, path: writtenPath } = resolve(written, path)
    const text = typeof message === 'string' ? message : message(value)
    const flag = overrides.find((override) => override.path.every((step, index) => path[index] === step))?.flag
    if (flag !== undefined) return { source: flag, position: undefined, path: '', message: text }
    return { source: file, position: yaml.locate(path, what), path: formatPath(writtenPath), message: text }
  }
}

function issueProblems(issue: z.core.$ZodIssue, report: Report): Problem[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => report([...path, name], 'name', unknownOption(path, name)))
  }
  if (issue.code === 'custom') {
    const { expected, suggestion, ...params } = paramsOf(issue)
    const found = 'found' in params ? () => params.found : (value: unknown) => value
    return [report(path, 'value', (value) => mismatch(found(value), expected, suggestion))]
  }
  const expected = issue.code === 'invalid_type' && issue.expected === 'array' ? 'a list' : 'a map of options'
  return [report(path, 'value', (value) => mismatch(value, expected, undefined))]
}

/**
 * The value at a path, and the part of the path that was written: where one value stands for a list, or a text for a map,
 * the path of what was read goes deeper than the file does.
 */
function resolve(written: unknown, path: Path): { readonly value: unknown; readonly path: Path } {
  let value = written
  for (const [depth, step] of path.entries()) {
    const isContainer =
      typeof value === 'object' && value !== null && (typeof step === 'string' || Array.isArray(value))
    if (!isContainer) return { value, path: path.slice(0, depth) }
    value = Object.hasOwn(value as object, step) ? (value as Record<string | number, unknown>)[step] : undefined
  }
  return { value, path }
}

function withValue(written: unknown, [name, ...rest]: readonly string[], value: unknown, members: Members): unknown {
  if (name === undefined) return value
  // Something else than a map is a problem of the file; it is left for the check to find.
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return written
  const declared = members[name]
  const group = declared?.kind === 'group' ? declared : undefined
  const inner = Object.hasOwn(written, name) ? (written as Record<string, unknown>)[name] : {}
  const into = rest.length === 0 ? inner : withShorthand(group?.shorthand, inner)
  return { ...written, [name]: withValue(into, rest, value, group?.members ?? {}) }
}

/** One thing that is wrong with a configuration: where, and what. */
export interface Problem {
  /** File or flag. */
  readonly source: string
  /** Counted from 1; undefined for a flag. */
  readonly position: Position | undefined
  /** `rules[0].match.path`; empty for the file as a whole. */
  readonly path: string
  /** What was found and what is expected, perhaps what was meant. */
  readonly message: string
}

export interface Position {
  readonly line: number
  readonly column: number
}

/** Names of maps and indices of lists, outermost first. */
export type Path = readonly (string | number)[]

/** `breakwater.yaml:7:5 rules[0].grace: found 10, expected a duration …` */
export function formatProblem({ source, position, path, message }: Problem): string {
  const place = position === undefined ? source : `${source}:${position.line}:${position.column}`
  return `${place}${path === '' ? '' : ` ${path}`}: ${message}`
}

export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    const name = /^[\w-]+$/.test(step) ? step : JSON.stringify(step)
    return text === '' ? name : `${text}.${name}`
  }, '')
}

export function mismatch(value: unknown, expected: string, suggestion: string | undefined): string {
  const found = value === undefined ? 'missing' : `found ${describeValue(value)}`
  return `${found}, expected ${expected}${didYouMean(suggestion)}`
}

export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `; did you mean "${suggestion}"?`
}

/** A value as a message shows it: on one line, short, without control characters. */
function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`
}

/** In the order of the file; problems of flags come last. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const rank = ({ position }: Problem): number =>
    position === undefined ? Number.POSITIVE_INFINITY : position.line * 1e6 + position.column
  return problems.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}

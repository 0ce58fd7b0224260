import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'
import { nearest } from './nearest.ts'
import { didYouMean, type Path, type Position, type Problem } from './problems.ts'

/** A file's text as plain values, with the way back from a value to its place in the text. */
export interface YamlSource {
  /** What the file says; an empty file says `{}`. Meaningless when `broken`. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** The text is not YAML: anything more said about it would be guesses. */
  readonly broken: boolean
  /** The place of a value, or of its name in its map; for a value that is not there, that of the nearest around it. */
  locate(path: Path, what: 'name' | 'value'): Position
}

/** Reads YAML 1.2, and JSON, which is part of it. */
export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter()
  // `prettyErrors` would put excerpts into the messages; ours carry the position.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problem = (offset: number, message: string): Problem => ({
    source: file,
    position: at(offset),
    path: '',
    message,
  })

  const mistakes = [...document.errors, ...document.warnings]
  const problems = mistakes.map((error) => problem(error.pos[0], errorMessage(error, text)))
  problems.push(...unknownAliases(document).map(({ offset, message }) => problem(offset, message)))
  const broken = problems.length > 0 && !mistakes.every(({ code }) => code === 'DUPLICATE_KEY')
  const value = broken ? {} : plainValue(document, (message) => problems.push(problem(0, message)))
  return { value, problems, broken, locate: (path, what) => at(offsetOf(document, path, what)) }
}

function errorMessage({ code, pos, message }: YAMLError, text: string): string {
  const [first = ''] = message.split('\n')
  switch (code) {
    case 'DUPLICATE_KEY': {
      const name = /^[^\s:]*/.exec(text.slice(pos[0]))?.[0] ?? ''
      return `${JSON.stringify(name)} is given twice in one map`
    }
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent, use spaces'
    case 'MULTIPLE_DOCS':
      return 'a second document starts here (---), one is expected'
    default:
      return `cannot be read as YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`
  }
}

function unknownAliases(document: Document): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = []
  const anchors = new Set<string>()
  visit(document, {
    Node(_, node) {
      if ('anchor' in node && node.anchor !== undefined) anchors.add(node.anchor)
      if (!isAlias(node) || anchors.has(node.source)) return
      const message = `unknown alias *${node.source}, an anchor &${node.source} has to come before it`
      found.push({ offset: node.range?.[0] ?? 0, message: message + didYouMean(nearest(node.source, anchors)) })
    },
  })
  return found
}

/** Names like `__proto__` become own properties here and unknown options later; they never reach a prototype. */
function plainValue(document: Document, report: (message: string) => void): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    report(`cannot be read: ${error instanceof Error ? error.message : String(error)}`) // aliases that multiply
    return {}
  }
}

function offsetOf(document: Document, path: Path, what: 'name' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const here: Node | undefined = isAlias(node) ? node.resolve(document) : isNode(node) ? node : undefined
    if (isMap(here)) {
      const pair = here.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step))
      if (pair === undefined) return offset
      const isLast = depth === path.length - 1
      node = pair.value
      offset = (isLast && what === 'name' ? undefined : startOf(node)) ?? startOf(pair.key) ?? offset
    } else if (isSeq(here)) {
      node = here.items[Number(step)]
      offset = startOf(node) ?? offset
    } else {
      return offset
    }
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

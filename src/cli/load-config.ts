import { readFile } from 'node:fs/promises'
import { type ConfigText, type Override, type ReadConfig, readConfig } from '../config/read-config.ts'

/** Larger than any configuration; a wrong path may name anything. */
const fileBytesMax = 4 * 1024 * 1024

/** Reads and checks a file (or the defaults, without one) under the flags. A file that cannot be read is a problem, too. */
export async function loadConfig(file: string | undefined, overrides: readonly Override[] = []): Promise<ReadConfig> {
  if (file === undefined) return readConfig(undefined, overrides)
  let source: ConfigText
  try {
    source = { file, text: await readText(file) }
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`
    return { kind: 'invalid', problems: [{ source: file, position: undefined, path: '', message }] }
  }
  return readConfig(source, overrides)
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file)
  if (bytes.length > fileBytesMax) throw new Error(`${bytes.length} bytes are too many for a configuration`)
  // A byte order mark is taken off; bytes that are not UTF-8 are refused rather than replaced.
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

import { readdirSync, readFileSync } from 'node:fs'

export interface StaticFile {
  readonly type: string
  readonly bytes: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The files of one folder, read once, by the path they are asked for with. Only these names exist: no path leads elsewhere. */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>()

  /** @param folder ending with a slash */
  constructor(folder: URL) {
    for (const name of readdirSync(folder)) {
      const type = TYPES[name.slice(name.lastIndexOf('.') + 1)]
      if (type === undefined) continue
      const file = { type, bytes: readFileSync(new URL(name, folder)) }
      this.#files.set(name === 'index.html' ? '/' : `/${name}`, file)
    }
  }

  find(path: string): StaticFile | undefined {
    return this.#files.get(path)
  }
}

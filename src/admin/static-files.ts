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

/** Files, read once, by the path they are asked for with. Only these names exist: no path leads elsewhere. */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>()

  /** Adds the files of one folder that are of a known type; `index.html` is what is at `/`. The folder ends with a slash. */
  addFolder(folder: URL): void {
    for (const name of readdirSync(folder)) this.addFile(name, new URL(name, folder))
  }

  /** Adds one file under a name of its own; none of an unknown type. */
  addFile(name: string, file: URL): void {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)]
    if (type === undefined) return
    this.#files.set(name === 'index.html' ? '/' : `/${name}`, { type, bytes: readFileSync(file) })
  }

  find(path: string): StaticFile | undefined {
    return this.#files.get(path)
  }
}

import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { type Program, startProgram } from './processes.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A file of a site: its content, or that with its mode and its time, which are part of its ETag and Last-Modified. */
export type SiteFile =
  | string
  | Buffer
  | { readonly content: string | Buffer; readonly mode?: number; readonly modified?: Date }

export interface ApacheOptions {
  /** Names without `mod_`, beyond what any site needs. */
  readonly modules?: readonly string[]
  /** Lines of configuration; `${FOLDER}` is the temporary folder, with `htdocs` and `cgi-bin` in it. */
  readonly configuration?: string
  /** By path below the temporary folder: `htdocs/index.html`, `cgi-bin/now`. */
  readonly files?: Readonly<Record<string, SiteFile>>
  /** Folders below the temporary folder that programs of the site may write to. */
  readonly writable?: readonly string[]
  /** To start it again where one was killed. */
  readonly port?: number
}

export interface Apache extends Program {
  readonly port: number
  readonly url: string
  /** The temporary folder; change `htdocs` below it while it runs. */
  readonly root: string
  errorLog(): string
  accessLog(): string
}

const alwaysLoaded = ['mpm_event', 'authz_core', 'authz_host', 'dir', 'mime', 'alias', 'env', 'setenvif', 'reqtimeout']
const modulesFolder = '/usr/lib/apache2/modules'

/** A real Apache with a configuration of its own: nothing of the machine's is read. */
export async function startApache(options: ApacheOptions = {}): Promise<Apache> {
  const folder = temporaryFolder()
  const port = options.port ?? (await freePort())
  writeFiles(folder.path, options)
  const configurationFile = join(folder.path, 'httpd.conf')
  writeFileSync(configurationFile, configurationText(folder.path, port, options))
  const program = await startProgram({
    command: '/usr/sbin/apache2',
    arguments: ['-f', configurationFile, '-D', 'FOREGROUND'],
    ready: { port },
  }).catch((error: unknown) => {
    const log = readIfThere(join(folder.path, 'error.log'))
    folder.remove()
    throw new Error(`Cannot start Apache: ${log}`, { cause: error })
  })
  void program.exited.then(() => folder.remove())
  return {
    ...program,
    port,
    url: `http://127.0.0.1:${port}`,
    root: folder.path,
    errorLog: () => readIfThere(join(folder.path, 'error.log')),
    accessLog: () => readIfThere(join(folder.path, 'access.log')),
  }
}

function writeFiles(root: string, options: ApacheOptions): void {
  mkdirSync(join(root, 'htdocs'))
  mkdirSync(join(root, 'cgi-bin'))
  writeFileSync(join(root, 'mime.types'), mimeTypes)
  for (const name of options.writable ?? []) {
    mkdirSync(join(root, name))
    chmodSync(join(root, name), 0o777)
  }
  for (const [name, file] of Object.entries(options.files ?? {})) {
    const path = join(root, name)
    const described = typeof file === 'string' || Buffer.isBuffer(file) ? { content: file } : file
    const executable = name.startsWith('cgi-bin/')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, described.content, { mode: described.mode ?? (executable ? 0o755 : 0o644) })
    if (described.modified !== undefined) utimesSync(path, described.modified, described.modified)
  }
}

function configurationText(root: string, port: number, options: ApacheOptions): string {
  const modules = new Set([...alwaysLoaded, ...(options.modules ?? [])])
  // Started as root it must be told whom to become; otherwise it stays who it is.
  const user = process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''
  return `ServerRoot "${root}"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile "${root}/apache.pid"
DefaultRuntimeDir "${root}"
${[...modules].map((name) => `LoadModule ${name}_module ${modulesFolder}/mod_${name}.so`).join('\n')}
${user}
StartServers 1
ServerLimit 2
ThreadsPerChild 25
MinSpareThreads 5
MaxSpareThreads 50
MaxRequestWorkers 50
TypesConfig "${root}/mime.types"
ErrorLog "${root}/error.log"
LogFormat "%a %m %U%q %>s %B" test
CustomLog "${root}/access.log" test
DocumentRoot "${root}/htdocs"
DirectoryIndex index.html
FileETag MTime Size
<Directory "${root}">
  Require all granted
  AllowOverride All
  Options FollowSymLinks
</Directory>
${(options.configuration ?? '').replaceAll('$' + '{FOLDER}', root)}
`
}

const mimeTypes = `text/html html
text/css css
text/plain txt
text/javascript js
application/octet-stream bin
image/png png
image/svg+xml svg
`

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

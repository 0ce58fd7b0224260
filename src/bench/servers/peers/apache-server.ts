export interface ApacheServer {
  /** Besides those that every proxy needs; Debian builds the one for access logs in. */
  readonly modules: readonly string[]
  readonly folder: string
  readonly port: number
  readonly threads: number
}

const proxyModules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'cache']

/** What every Apache of a benchmark is, whatever it does with requests: the event MPM with one child that runs from a folder. */
export function apacheServer({ modules, folder, port, threads }: ApacheServer): string {
  const loaded = [...proxyModules, ...modules]
  return `
${loaded.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerName www.example.com
DefaultRuntimeDir "${folder}"
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
LogLevel warn
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
Listen 127.0.0.1:${port}
ListenBacklog 4096
StartServers 1
ServerLimit 1
ThreadLimit ${threads}
ThreadsPerChild ${threads}
MaxRequestWorkers ${threads}
MinSpareThreads 1
MaxSpareThreads ${threads}
MaxConnectionsPerChild 0
KeepAlive On
KeepAliveTimeout 75
MaxKeepAliveRequests 0
ProxyPreserveHost On
<Location />
  Require all granted
</Location>
`
}

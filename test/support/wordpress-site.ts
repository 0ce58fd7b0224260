import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ApacheOptions } from './apache.ts'

const folder = join(import.meta.dirname, 'wordpress')
const names = ['.htaccess', ...globSync('**/*.{php,css}', { cwd: folder })]

/** `wordpress/` as an ordinary Apache serves it: PHP, pretty permalinks by .htaccess, mod_expires for static files. */
export const wordpressSite: ApacheOptions = {
  modules: ['actions', 'cgid', 'deflate', 'expires', 'filter', 'headers', 'remoteip', 'rewrite'],
  files: {
    ...Object.fromEntries(names.filter(isFile).map((name) => [`htdocs/${name}`, readFileSync(join(folder, name))])),
    'php.ini': 'cgi.fix_pathinfo = 1\ndate.timezone = UTC\ndisplay_errors = Off\nlog_errors = On\n',
    'cgi-bin/php': `#!/bin/sh\nexec /usr/bin/php-cgi -c "$PHP_INI" -d session.save_path="$DATA_FOLDER"\n`,
  },
  writable: ['data'],
  configuration: `
ScriptSock "\${FOLDER}/cgid.sock"
ScriptAlias "/cgi-bin/" "\${FOLDER}/cgi-bin/"
SetEnv DATA_FOLDER "\${FOLDER}/data"
SetEnv PHP_INI "\${FOLDER}/php.ini"
AddHandler application/x-httpd-php .php
Action application/x-httpd-php /cgi-bin/php
DirectoryIndex index.php
AddOutputFilterByType DEFLATE text/html text/css application/rss+xml
RemoteIPHeader X-Forwarded-For
RemoteIPInternalProxy 127.0.0.1
ExpiresActive On
ExpiresByType text/css "access plus 1 hour"
`,
}

function isFile(name: string): boolean {
  return statSync(join(folder, name)).isFile()
}

import type { ApacheOptions } from './apache.ts'

/** A fixed time, so that validators are the same in every run. */
const modified = new Date('2026-01-01T00:00:00Z')

/** 200 KB that compress well. */
export const longText = Array.from(
  { length: 4000 },
  (_, i) => `Line ${String(i).padStart(5, '0')}: all work and no play makes sense\n`,
)
  .join('')
  .slice(0, 200 * 1024)

/** 3 MB in which every part is different, so that a wrong range shows. */
export const binary = Buffer.alloc(3 * 1024 * 1024)
for (let i = 0; i < binary.length; i += 4) binary.writeUInt32BE(i, i)

/** The environment it was called with, a line each, and the time in nanoseconds: no two answers are the same. */
const environmentScript = `#!/bin/sh
echo "Content-Type: text/plain"
echo
date +%s%N
env | LC_ALL=C sort
`

/** Says how it may be cached by its query, e.g. \`/cgi-bin/cached?max-age=60\`. */
const cachedScript = `#!/bin/sh
echo "Content-Type: text/plain"
echo "Cache-Control: $QUERY_STRING"
echo
date +%s%N
`

/** The site in front of which the tests put the cache: what an ordinary Apache serves. */
export const apacheSite: ApacheOptions = {
  modules: ['expires', 'deflate', 'filter', 'headers', 'cgid', 'rewrite', 'remoteip'],
  files: {
    'htdocs/index.html': { content: page('Home', '<p>The front page.</p>'), modified },
    'htdocs/style.css': { content: 'body { margin: auto; max-width: 40rem }\n', modified },
    'htdocs/long.txt': { content: longText, modified },
    'htdocs/binary.bin': { content: binary, modified },
    'htdocs/moved/.htaccess': 'Redirect 301 /moved/old.html /index.html\n',
    'htdocs/private/.htaccess':
      'Header always set Cache-Control "private, no-store"\nHeader add Set-Cookie "sid=1; Path=/"\n',
    'htdocs/private/index.html': { content: page('Private', '<p>Yours only.</p>'), modified },
    'htdocs/errors/404.html': { content: page('Not found', '<p>There is no such page.</p>'), modified },
    'cgi-bin/environment': environmentScript,
    'cgi-bin/cached': cachedScript,
  },
  configuration: `
ExpiresActive On
ExpiresByType text/html "access plus 60 seconds"
ExpiresByType text/css "access plus 1 day"
AddOutputFilterByType DEFLATE text/html text/css text/plain
ScriptSock "\${FOLDER}/cgid.sock"
ScriptAlias "/cgi-bin/" "\${FOLDER}/cgi-bin/"
ErrorDocument 404 /errors/404.html
RemoteIPHeader X-Forwarded-For
RemoteIPInternalProxy 127.0.0.1
RewriteEngine On
RewriteRule "^/pretty/([a-z]+)$" "/$1.html" [PT]
`,
}

function page(title: string, body: string): string {
  return `<!doctype html>\n<title>${title}</title>\n<link rel="stylesheet" href="/style.css">\n<h1>${title}</h1>\n${body}\n`
}

/** Which fields the load sends: the least that HTTP asks for, or what a browser sends. */
export type HeadKind = 'browser' | 'minimal'

export type Field = readonly [name: string, value: string]

/** With `Host` in front these are the twelve fields that Chrome sends with a navigation, in its order. */
const browserFields: readonly Field[] = [
  ['Connection', 'keep-alive'],
  ['sec-ch-ua', '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"'],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Linux"'],
  ['Upgrade-Insecure-Requests', '1'],
  [
    'User-Agent',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  ],
  [
    'Accept',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,' +
      'application/signed-exchange;v=b3;q=0.7',
  ],
  ['Sec-Fetch-Site', 'none'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Accept-Language', 'en-US,en;q=0.9,de;q=0.8'],
]

/** The same for every server: a name, because the port would make their heads differ in length. */
const host = 'www.example.com'

export function requestFields(kind: HeadKind, more: readonly Field[] = []): readonly Field[] {
  return [['Host', host], ...(kind === 'browser' ? browserFields : []), ...more]
}

/** What follows the target in the bytes of a GET request: version, fields, empty line. */
export function requestTail(fields: readonly Field[]): string {
  return ` HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

import { adminOptions } from './admin-options.ts'
import { group, joined, listOf, option, optional, type ParsedMembers, withoutDefaults } from './declare.ts'
import {
  cookieName,
  cookiePattern,
  fieldName,
  fieldPatterns,
  fieldsToSet,
  filePath,
  hostPattern,
  label,
  listenAddress,
  mediaType,
  method,
  network,
  parameterName,
  pathPattern,
  pseudonym,
  queryPattern,
  removableField,
  status,
} from './http-values.ts'
import { originLimits, originOptions, originTimeLimits } from './origin-options.ts'
import { presetNames } from './presets.ts'
import { purgeOptions } from './purge-options.ts'
import { tierOptions } from './tier-options.ts'
import { choice, count, durationMs, durationSeconds, oneOrMore, orNone, orWord, size, toggle } from './value-types.ts'
import { warmOptions } from './warm-options.ts'

const lifetime = { min: '0', max: '365d' }
const wait = { min: '10ms', max: '1d' }

/** What can be said for everything at the top level, and for some responses in a rule. */
const cacheSettings = {
  cache: option(
    choice('store', 'pass'),
    'store',
    '`pass` sends requests to the origin and stores nothing; `store` stores what HTTP allows to be stored.',
  ),
  freshness: option(
    orNone(durationSeconds(lifetime), null),
    'none',
    'How long a response is fresh, whatever the origin says. `no-store` and `private` are still obeyed.',
  ),
  defaultFreshness: option(
    orNone(durationSeconds(lifetime), null),
    'none',
    'How long a response is fresh when the origin does not say. `none`: a tenth of the time since `Last-Modified`.',
  ),
  grace: option(
    durationSeconds(lifetime),
    '6h',
    'How long past its freshness a response may be served while the origin fails or is overloaded.',
  ),
  refresh: option(
    durationSeconds(lifetime),
    '0',
    'How long past its freshness a response is served at once, while a new one is fetched behind it.',
  ),
  negative: option(
    orNone(durationSeconds(lifetime), null),
    'none',
    'How long 404 and 410 are fresh when the origin does not say; 5xx then at most a second.',
  ),
  keep: option(
    durationSeconds(lifetime),
    '1d',
    'How long past its freshness a response with a validator is kept, to be asked for with `If-None-Match` or `If-Modified-Since`.',
  ),
  setCookie: option(
    choice('pass', 'strip', 'store'),
    'pass',
    'A response with `Set-Cookie` is not stored (`pass`), stored without the field (`strip`), or stored with it (`store`: every visitor gets the same cookie).',
  ),
  deceptionGuard: option(
    toggle,
    true,
    "Whether a page (HTML) at the address of a static file (`/account/x.css`) is not stored where it may be one visitor's own: with cookies or `Authorization` in the request, `Set-Cookie` in the response, or a lifetime that is not from the origin. `public` or `s-maxage` from the origin allow it.",
  ),
  originFields: option(
    oneOrMore(choice('litespeed', 'x-reverse-proxy-ttl', 'x-vc-ttl')),
    [],
    'Fields of other caches that count when the origin sends them: `X-LiteSpeed-Cache-Control` and `X-LiteSpeed-Vary` (`litespeed`), `X-Reverse-Proxy-TTL`, `X-VC-TTL`. Clients never see them. What takes precedence over what: docs/decisions/origin-fields.md.',
  ),
  key: group('What makes two requests different. Scheme, host and path always do.', {
    scheme: option(toggle, true, 'Whether `http` and `https` are stored apart.'),
    query: group('Which query parameters are part of the key. The origin gets the query as it was received.', {
      ignore: joined(oneOrMore(parameterName), 'Names or patterns (`utm_*`) of parameters left out of the key.'),
      only: optional(oneOrMore(parameterName), 'The only parameters that are part of the key.'),
      sort: option(toggle, false, 'Whether the order of differently named parameters does not matter.'),
    }),
    cookies: joined(oneOrMore(cookieName), 'Names of cookies whose values are part of the key.'),
    headers: joined(oneOrMore(fieldName), 'Names of request fields whose values are part of the key.'),
  }),
  cookies: group(
    'What the cookies of a request mean. They are named as in `session_*`, or with a value as in `cart=full`. Cookies named here are as good as absent while they are empty, `0` or `deleted`.',
    {
      pass: joined(
        oneOrMore(cookiePattern),
        "Cookies of a session: a request with one of them is passed, and gets no other visitor's page.",
      ),
      ignore: joined(
        oneOrMore(cookiePattern),
        'Cookies that say nothing about the page (`_ga*`; `*` for all the rest). They are not sent to the origin with a request whose response may be stored, so it can be for everybody. Those of `cookies.pass`, `key.cookies` and `match.cookie` are not among them.',
      ),
    },
  ),
  headers: group('Header fields that are removed, then set. A list or map in a rule replaces that of the top level.', {
    request: group('In the request to the origin.', {
      set: option(fieldsToSet, {}, 'Names and values.'),
      remove: option(oneOrMore(removableField), [], 'Names.'),
    }),
    response: group('In the response to the client.', {
      set: option(fieldsToSet, {}, 'Names and values.'),
      remove: option(oneOrMore(removableField), [], 'Names.'),
    }),
  }),
}

const match = group('The conditions, of which all must be met; each is one value or a list of alternatives.', {
  host: optional(oneOrMore(hostPattern), 'Host, with the port only where the pattern has one.'),
  path: optional(oneOrMore(pathPattern), 'Path, without the query. `*` is any run of characters, slashes too.'),
  query: optional(
    oneOrMore(queryPattern),
    'A parameter of the query, by name as in `preview`, or with a value as in `preview=true`.',
  ),
  method: optional(oneOrMore(method), 'Request method.'),
  cookie: optional(oneOrMore(cookiePattern), 'A cookie of the request, by name or with a value.'),
  header: optional(
    fieldPatterns,
    'Fields of the request, of which all must be there with such a value (`X-Requested-With: XMLHttpRequest`; `*` for any).',
  ),
  status: optional(oneOrMore(status), 'Status of the response. Such a rule is decided when the response arrives.'),
  type: optional(oneOrMore(mediaType), 'Media type of the response. Such a rule is decided when the response arrives.'),
  responseHeader: optional(
    fieldPatterns,
    'Fields of the response, of which all must be there with such a value. Such a rule is decided when the response arrives.',
  ),
})

/** Every option there is. The order is that of the document and of `check --print`. */
export const options = {
  listen: option(oneOrMore(listenAddress), '0.0.0.0:8080', 'Where clients connect.'),
  ...originOptions,
  hosts: option(oneOrMore(hostPattern), [], 'The hosts to answer for; requests for others get 421. Empty: any.'),
  memory: option(size({ min: '1MiB', max: '1TiB' }), '256MiB', 'Memory for stored responses.'),
  objectMax: option(size({ min: '1KiB', max: '1GiB' }), '4MiB', 'The largest body that is stored.'),
  ...tierOptions,
  snapshot: group('Memory is written down when the program stops, and read back when it starts (docs/operations.md).', {
    file: optional(
      filePath,
      'Where; with several workers, with the number of each behind it. Absent: memory starts empty.',
    ),
    max: option(size({ min: '1MiB', max: '1TiB' }), '1GiB', 'How much of memory; the most recently used comes first.'),
    within: option(
      durationMs({ min: '100ms', max: '10m' }),
      '10s',
      'How long writing or reading may take; the rest is left out.',
    ),
  }),
  preset: option(
    oneOrMore(choice(...presetNames)),
    [],
    'What is known of a system (docs/presets.md). What the file says comes first: its values, and its rules before those of the presets. Lists of cookies and keys are united.',
  ),
  ...adminOptions,
  ...cacheSettings,
  rules: listOf(
    'Settings for some requests or responses. The first rule that matches is the one that counts; what it does not say is taken from the top level.',
    { name: optional(label, 'What logs and `Cache-Status` call it.'), match, ...withoutDefaults(cacheSettings) },
  ),
  workers: option(
    orWord(count(1, 256), 'auto', 'auto' as const),
    1,
    'Threads that serve, each with its part of the memory. `auto`: as many as the machine has cores.',
  ),
  coalescing: option(toggle, true, 'Whether simultaneous requests for one thing become one request to the origin.'),
  rememberUncacheable: option(
    durationSeconds({ min: '0', max: '1d' }),
    '120s',
    'How long it is remembered that something could not be stored, so that requests for it do not wait for each other.',
  ),
  obeyRequestDirectives: option(
    toggle,
    false,
    "Whether a client's `Cache-Control` (`no-cache`, `max-age`, …) can demand more than a stored response.",
  ),
  ...purgeOptions,
  ...warmOptions,
  trustedProxies: option(
    oneOrMore(network),
    [],
    'Networks of the proxies in front, whose `Forwarded` and `X-Forwarded-*` fields are believed.',
  ),
  viaName: option(pseudonym, 'breakwater', 'What this proxy calls itself in `Via` and `Cache-Status`.'),
  timeLimits: group('How long is waited, and for what.', {
    head: option(durationMs(wait), '15s', 'For the head of a request, from its first byte.'),
    body: option(durationMs(wait), '60s', 'Between two pieces of the body of a request.'),
    idle: option(durationMs(wait), '75s', 'Between two requests on a connection.'),
    tunnelIdle: option(durationMs(wait), '1h', 'For a WebSocket in which nothing moves.'),
    send: option(durationMs(wait), '60s', 'For a client to take anything of the response that waits for it.'),
    connect: option(durationMs(wait), '3.5s', 'For a connection to the origin.'),
    firstByte: option(durationMs(wait), '60s', "For the head of the origin's response."),
    betweenBytes: option(durationMs(wait), '60s', "Between two pieces of the origin's response."),
    originIdle: option(
      durationMs(wait),
      '4s',
      'How long an unused connection to the origin is kept, unless the origin announces more. Many servers close after 5 s.',
    ),
    ...originTimeLimits,
    drain: option(
      durationMs({ min: '0', max: '1d' }),
      '10s',
      'For what is under way when the program is told to stop.',
    ),
  }),
  limits: group('How much is accepted.', {
    requestHead: option(size({ min: '1KiB', max: '1MiB' }), '32KiB', 'The head of a request; above it, 431.'),
    requestFields: option(count(10, 10_000), 100, 'Header fields in a request; above it, 431.'),
    target: option(size({ min: '256B', max: '1MiB' }), '8KiB', 'Path and query of a request; above it, 414.'),
    requestBody: option(
      orNone(size({ min: '0', max: '1TiB' }), Number.POSITIVE_INFINITY),
      'none',
      'The body of a request; above it, 413.',
    ),
    originHead: option(
      size({ min: '1KiB', max: '16MiB' }),
      '256KiB',
      "The head of the origin's response; above it, 502.",
    ),
    originFields: option(count(10, 10_000), 200, "Header fields in the origin's response; above it, 502."),
    connections: option(count(1, 1_000_000), 10_000, 'Connections of clients at one time.'),
    connectionsPerAddress: option(
      orNone(count(1, 1_000_000), Number.POSITIVE_INFINITY),
      'none',
      'Connections from one address at one time; `none` where a proxy in front makes all clients look like one.',
    ),
    originConnections: option(count(1, 100_000), 128, 'Connections to each origin at one time.'),
    originQueue: option(count(0, 1_000_000), 1024, 'Requests that wait for one of them; above it, stale or 503.'),
    ...originLimits,
  }),
  log: group('What is written down.', {
    level: option(
      choice('fatal', 'error', 'warn', 'info', 'debug', 'trace'),
      'info',
      'The least serious messages shown.',
    ),
    access: option(
      choice('off', 'combined', 'json', 'squid'),
      'off',
      'One line for each request: the format of Apache (`combined`), of Squid, or JSON with all that is known.',
    ),
    accessFile: optional(filePath, 'Where these lines go; to standard output when absent.'),
  }),
  cacheStatus: group('The `Cache-Status` field, which says what was done and why (RFC 9211).', {
    key: option(toggle, false, 'Whether it shows the cache key.'),
    hide: option(toggle, false, 'Whether it is left out.'),
  }),
}

export type ParsedOptions = ParsedMembers<typeof options>
export type ParsedSettings = ParsedMembers<typeof cacheSettings>
export type ParsedRule = ParsedOptions['rules'][number]

/** The settings' part of the declaration, for laying a rule's own over the top level's. */
export const settingsMembers = cacheSettings

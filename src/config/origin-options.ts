import { group, listOf, option, optional, required, withoutDefaults } from './declare.ts'
import { cookieName, filePath, hostPattern, label, method, originUrl, status } from './http-values.ts'
import { agentWord, bodyText, hashedBy, hostToSend, probePath, secretText } from './origin-values.ts'
import { choice, count, durationMs, oneOrMore, orNone, toggle } from './value-types.ts'

const wait = { min: '10ms', max: '1d' }

/** Everything that can be said about one web server. */
const originMembers = {
  url: required(originUrl, 'Scheme, host and port of the server; `http+unix:///run/app.sock` for a unix socket.'),
  name: optional(label, 'What logs and `Cache-Status` call it; host and port when absent.'),
  weight: optional(count(1, 1000), 'Its share of the requests, relative to the others; 1 when absent.'),
  backup: optional(toggle, 'Whether it is only asked when none of the others can be.'),
  drain: optional(toggle, 'Whether it gets nothing new; visitors that stick to it stay until they leave.'),
  host: optional(hostToSend, "Sent as `Host` in place of the client's."),
  proxyProtocol: optional(
    choice('v1', 'v2'),
    "Tells the server the client's address at the begin of each connection, which then carries one request.",
  ),
  discover: optional(
    choice('addresses', 'services'),
    'The name stands for several servers: one for each of its addresses, or for each target of its SRV records (`http://_http._tcp.example.com`).',
  ),
  tls: group('For https.', {
    name: optional(hostToSend, "The name to ask for and to verify; the URL's host when absent."),
    ca: optional(filePath, "Certificates to trust in place of the system's, PEM."),
    certificate: optional(filePath, 'Our own certificate, where the server asks for one, PEM.'),
    key: optional(filePath, 'Its key, PEM.'),
    verify: option(
      toggle,
      true,
      'Off: any certificate will do, and anybody on the way can read and change everything.',
    ),
  }),
}

/** How a pool of origins works; at the top level for all, and for one of `pools`. */
export const poolGroups = {
  balance: group('Which of several origins gets a request.', {
    by: option(
      choice('round-robin', 'least-requests', 'hash', 'random'),
      'round-robin',
      '`round-robin`: in turn, by weight. `least-requests`: of two drawn by weight the one with less to do. `hash`: always the same one for the same key. `random`: by weight.',
    ),
    hash: option(
      hashedBy,
      'url',
      'The key for `hash`: `url`, `address`, or the value of a field (`header:x-user`) or cookie (`cookie:session`).',
    ),
    overload: option(
      count(101, 1000),
      125,
      'With `hash` an origin has at most this many percent of its share under way; the next best gets what is above it.',
    ),
    stickyCookie: optional(
      cookieName,
      'Visitors stay with the origin where their session began; this cookie remembers it, signed.',
    ),
    stickySecret: optional(
      secretText,
      'Signs the cookie. Without it a new one is made up at each start, and visitors may then change their origin.',
    ),
    stickySecure: option(toggle, false, 'Whether the cookie is for https only.'),
    slowStart: option(
      durationMs({ min: '0', max: '1h' }),
      '10s',
      'How long an origin that has recovered gets less than its share.',
    ),
  }),
  health: group('Whether an origin is asked at all.', {
    probe: optional(probePath, 'A path that is asked for at intervals. Without it only real requests count.'),
    method: option(method, 'GET', 'Method of the probes.'),
    host: optional(hostToSend, "`Host` of the probes; the origin's own when absent."),
    status: option(oneOrMore(status), '2xx', 'Statuses that are good.'),
    body: optional(bodyText, 'A text that has to be in the body.'),
    interval: option(durationMs({ min: '100ms', max: '1d' }), '5s', 'Between two probes, a tenth more or less.'),
    timeout: option(durationMs(wait), '2s', 'For a whole probe.'),
    window: option(count(1, 64), 8, 'So many of the last probes are looked at.'),
    good: option(count(1, 64), 3, 'So many of them have to be good.'),
    start: option(choice('well', 'sick'), 'well', 'What an origin counts as before its first probe.'),
    panicBelow: option(
      count(0, 100),
      0,
      'Below this percentage of origins that their probes find well, probes are not believed. 0: when they find none well.',
    ),
    holdDown: option(
      durationMs(wait),
      '1s',
      'How long an origin is left alone after requests to it have failed; twice as long after each failure in a row.',
    ),
    holdDownMax: option(durationMs(wait), '60s', 'The longest of these.'),
    failures: option(
      count(1, 1000),
      3,
      'Resets and time-outs in a row that count as failing. A refused connection does at once.',
    ),
    failureStatus: option(oneOrMore(status), [], 'Statuses that count like resets, such as 5xx.'),
  }),
  retries: group('Whether another origin is asked after a failure. Only for requests that may be repeated.', {
    max: option(count(0, 10), 2, 'Other origins for one request.'),
    budget: option(count(0, 100), 20, 'Percentage that all retries together may add to the requests.'),
    status: option(oneOrMore(status), [], 'Statuses for which another origin is asked, such as 503.'),
    hedge: option(
      toggle,
      false,
      'Whether a request that takes longer than 95 % of all do is sent to a second origin as well.',
    ),
  }),
}

/** What most crawlers that say what they are have in their names; feed readers and link previews among them. */
const crawlers = [
  ...['bot', 'crawl', 'spider', 'slurp', 'archiver', 'facebookexternalhit', 'feedfetcher', 'mediapartners'],
  ...['python-requests', 'scrapy', 'wget', 'libwww', 'headless'],
]

export const originOptions = {
  origins: listOf(
    'The web servers behind, each a URL or a map. Without any, a slow demo site is started and served.',
    originMembers,
    'url',
  ),
  pools: listOf(
    'Other sites with web servers of their own. Hosts that none of them names go to `origins`, or without those to the first pool. `balance`, `health` and `retries` in a pool replace single settings of the top level.',
    {
      name: optional(label, 'What logs call it; `pool 1` and so on when absent.'),
      hosts: required(oneOrMore(hostPattern), 'The hosts whose requests go there.'),
      origins: listOf('As at the top level.', originMembers, 'url'),
      ...withoutDefaults(poolGroups),
    },
  ),
  crawlers: option(
    orNone(oneOrMore(agentWord), []),
    crawlers,
    'Words in `User-Agent` that tell a crawler. Where requests have to wait for an origin, visitors are served first.',
  ),
  ...poolGroups,
}

/** The same for time limits and limits, which are for all pools. */
export const originTimeLimits = {
  queue: option(durationMs(wait), '10s', 'For a free connection to the origin, in the queue; above it, stale or 503.'),
  handshake: option(durationMs(wait), '10s', 'For the origin to open a WebSocket, in place of `firstByte`.'),
  whole: option(
    orNone(durationMs(wait), undefined),
    'none',
    "For all of the origin's response, its last byte, queue and retries included.",
  ),
}

export const originLimits = {
  originAdaptive: option(
    toggle,
    false,
    'Whether an origin gets fewer requests at a time while it answers slower than usual.',
  ),
}

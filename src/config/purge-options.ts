import { group, option, optional } from './declare.ts'
import { ipAddress, listenAddress, network } from './http-values.ts'
import { secretText } from './origin-values.ts'
import { choice, oneOrMore, toggle } from './value-types.ts'

/** Purges by request (docs/purging.md). */
export const purgeOptions = {
  purge: group('Purges that are sent as requests, by the plugins of content management systems or by `curl`.', {
    accept: option(toggle, true, 'Whether they are answered here. `off`: they go to the origin like other requests.'),
    from: option(
      oneOrMore(network),
      ['127.0.0.0/8', '::1/128'],
      'Networks that may purge without a token. A request with a field that proxies add does not count as coming from there.',
    ),
    token: optional(
      secretText,
      'Whoever sends it may purge from anywhere: `Authorization: Bearer`, `X-Purge-Token`, or where the sender puts it.',
    ),
    mode: option(
      choice('soft', 'hard'),
      'soft',
      'What is meant where the sender does not say: `soft` makes stale, `hard` removes.',
    ),
    paths: option(
      oneOrMore(choice('nginx-helper', 'cloudflare', 'fastly')),
      [],
      'Dialects that need paths of the site: `GET /purge/…`, and the APIs of Cloudflare and Fastly.',
    ),
    refreshByNoCache: option(
      toggle,
      false,
      'Whether `GET` with `Cache-Control: no-cache` from who may purge fetches the page anew (FOSHttpCache). Browsers send that too.',
    ),
    htcp: optional(
      listenAddress,
      'Where HTCP CLR (MediaWiki) is listened for by UDP, such as 127.0.0.1:4827. A multicast group is joined.',
    ),
    htcpInterface: optional(ipAddress, 'Address of the interface on which a multicast group is joined.'),
  }),
}

import { group, option, optional } from './declare.ts'
import { listenAddress } from './http-values.ts'
import { secretText } from './origin-values.ts'
import { count, orWord, size, toggle } from './value-types.ts'

/** The listener for people and programs that look after this one (docs/operations.md). */
export const adminOptions = {
  admin: group(
    'The admin listener: metrics, health, API and dashboard. A plain text is its address. While the port is taken, traffic is served without it.',
    {
      listen: option(
        orWord(listenAddress, 'off', null),
        '127.0.0.1:9090',
        'Where it listens; other addresses than of this machine need a token.',
      ),
      token: optional(secretText, 'What requests to it must carry, as `Authorization: Bearer …`.'),
    },
    'listen',
  ),
  learn: group(
    'What `breakwater advise --live` is told: requests that were no hits are remembered, without the values of parameters and cookies, and without addresses. A plain text is `enabled`.',
    {
      enabled: option(toggle, false, 'Whether it is done.'),
      sample: option(
        count(1, 10_000),
        1,
        'Pages are told apart by host and path; requests for one in so many are remembered.',
      ),
      memory: option(
        size({ min: '64KiB', max: '1GiB' }),
        '8MiB',
        'The most that is remembered; the oldest is forgotten first, and everything after a day.',
      ),
    },
    'enabled',
  ),
}

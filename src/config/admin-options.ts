import { group, option, optional } from './declare.ts'
import { listenAddress } from './http-values.ts'
import { secretText } from './origin-values.ts'
import { orWord } from './value-types.ts'

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
}

import { group, option, optional } from './declare.ts'
import { matching } from './http-values.ts'
import { secretText } from './origin-values.ts'
import { choice, durationMs, oneOrMore, size } from './value-types.ts'

const redisUrl = matching(
  'a URL such as redis://127.0.0.1:6379, rediss://, unix:///run/redis.sock, redis-cluster://a,b or redis-sentinel://a,b/name',
  /^(redis|rediss|valkey|valkeys|unix|redis-cluster|rediss-cluster|redis-sentinel|rediss-sentinel):\/\/\S+$/,
)

const memcachedServer = matching(
  'a server such as 127.0.0.1:11211, the path of a socket, or either with a weight: 10.0.0.1:11211#3',
  /^(\/[^\s#]+|\[[0-9a-fA-F:.]+\](:\d{1,5})?|[^\s:/#[\]]+(:\d{1,5})?)(#[1-9]\d{0,3})?$/,
)

const prefixName = matching('letters, digits, dots, dashes and underscores, at most 64', /^[A-Za-z0-9._-]{1,64}$/)

/** The tiers behind memory (docs/tiers.md). */
export const tierOptions = {
  redis: optional(redisUrl, 'A Redis or Valkey behind memory, which several boxes may share.'),
  memcached: option(oneOrMore(memcachedServer), [], 'memcached servers behind memory.'),
  tiers: group('What is common to Redis and memcached.', {
    first: option(
      choice('memcached', 'redis'),
      'memcached',
      'Which of the two is asked first where both are given. Both are written.',
    ),
    prefix: option(prefixName, 'breakwater', 'Begins every name: one for each deployment that shares the servers.'),
    secret: optional(secretText, 'Signs what is stored, and refuses what is not signed with it.'),
    deadline: option(durationMs({ min: '1ms', max: '10s' }), '50ms', 'The most that a request waits for a tier.'),
    objectMax: option(size({ min: '1KiB', max: '256MiB' }), '4MiB', 'The largest body that is stored there.'),
    whenDown: option(
      choice('skip', 'rehash'),
      'skip',
      'Whether the keys of a memcached server that is down are misses, or move to the others.',
    ),
  }),
}

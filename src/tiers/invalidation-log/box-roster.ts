import type { RedisClient } from '../redis/redis-client.ts'

/** What a box says of itself. */
export interface BoxRecord {
  /** Different for each start. */
  readonly id: string
  /** For people: the host, the process, and the thread where there are several. */
  readonly name: string
  readonly sinceMs: number
  /** How far it has followed the log: all up to there is in force on it. */
  readonly position: string
}

export interface SeenBox extends BoxRecord {
  /** Since it was last heard of, by the clock of Redis: boxes need no common one. */
  readonly silentMs: number
}

/** Where boxes that share a log say that they are there and how far they have followed it. */
export interface BoxRoster {
  /** Writes one's own record. @returns all, one's own among them */
  beat(own: BoxRecord): Promise<readonly SeenBox[]>
  leave(id: string): Promise<void>
}

/** A box silent for so long is not listed any more: it was killed, or is as good as dead. */
const FORGOTTEN_MS = 60_000

/**
 * One hash, a field for each box; `time` makes the clock of Redis the only one. What was silent for too long is taken out by
 * whoever comes next.
 */
const BEAT_SCRIPT = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('hset', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('pexpire', KEYS[1], ARGV[3])
local all = redis.call('hgetall', KEYS[1])
local seen = {}
for i = 1, #all, 2 do
  local at, record = string.match(all[i + 1], '^(%d+) (.*)$')
  if at == nil or now - tonumber(at) > tonumber(ARGV[3]) then
    redis.call('hdel', KEYS[1], all[i])
  else
    seen[#seen + 1] = all[i]
    seen[#seen + 1] = string.format('%.0f', now - tonumber(at))
    seen[#seen + 1] = record
  end
end
return seen`

/** A roster beside the log in Redis. */
export class RedisBoxRoster implements BoxRoster {
  readonly #client: RedisClient
  readonly #name: string

  constructor(client: RedisClient, prefix: string) {
    this.#client = client
    // In the slot of the log.
    this.#name = `${prefix}:{log}:boxes`
  }

  async beat({ id, name, sinceMs, position }: BoxRecord): Promise<readonly SeenBox[]> {
    const record = JSON.stringify([name, sinceMs, position])
    return readSeen(await this.#client.eval(BEAT_SCRIPT, 1, this.#name, id, record, FORGOTTEN_MS))
  }

  async leave(id: string): Promise<void> {
    await this.#client.hdel(this.#name, id)
  }
}

/** Others may write to the server, too: what is not a record is nobody. */
function readSeen(reply: unknown): readonly SeenBox[] {
  if (!Array.isArray(reply)) return []
  const seen: SeenBox[] = []
  for (let i = 0; i + 2 < reply.length; i += 3) {
    const [name, sinceMs, position] = parseRecord(reply[i + 2])
    if (typeof name !== 'string' || typeof sinceMs !== 'number' || typeof position !== 'string') continue
    seen.push({ id: String(reply[i]), name: name.slice(0, 200), sinceMs, position, silentMs: Number(reply[i + 1]) })
  }
  return seen
}

function parseRecord(text: unknown): readonly unknown[] {
  try {
    const record: unknown = JSON.parse(String(text))
    return Array.isArray(record) ? record : []
  } catch {
    return []
  }
}

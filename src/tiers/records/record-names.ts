import { hash } from 'node:crypto'

/**
 * The names of what belongs to one cache key. Whatever a client wrote into the key, a name is the prefix and a hash: nothing of it
 * reaches the wire. The hash stands in braces, which Redis Cluster and our memcached client take as all that decides the server.
 */
export class RecordNames {
  readonly #prefix: string

  /** @param prefix one that `usablePrefix` lets pass */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** What stands for the key: its response, or where to look for its variants. */
  base(key: string): string {
    return `${this.#prefix}:{${digest(key)}}`
  }

  variant(base: string, generation: string, selectingKey: string): string {
    return `${base}:v:${digest(`${generation}\n${selectingKey}`)}`
  }

  chunk(name: string, id: string, number: number): string {
    return `${name}:c:${id}:${number}`
  }

  lease(base: string): string {
    return `${base}:l`
  }
}

/** 128 bits: nobody finds two keys with one digest, and if somebody did, the key inside the record tells them apart. */
function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32)
}

/** The part of a name that decides its server: what is in the first braces, as Redis Cluster has it. */
export function routingTag(name: string): string {
  const open = name.indexOf('{')
  const close = open === -1 ? -1 : name.indexOf('}', open + 1)
  return close > open + 1 ? name.slice(open + 1, close) : name
}

/** @throws when the prefix is not 1 to 64 letters, digits, `_`, `.`, `-`, `:` */
export function usablePrefix(prefix: string): string {
  if (/^[\w.:-]{1,64}$/.test(prefix)) return prefix
  throw new RangeError(`Cannot use prefix ${JSON.stringify(prefix)}: 1 to 64 letters, digits, _ . - :`)
}

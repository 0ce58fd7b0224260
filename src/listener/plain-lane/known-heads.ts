import { KeptSection } from '../../http1/kept-head.ts'
import { KnownSection } from '../../http1/known-section.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { endingPlaces, goesOnAsItCame } from './goes-on-as-it-came.ts'
import { RequestFields } from './request-fields.ts'

/** Of the connections that sent something last; each takes up to four kilobytes. */
export const HEADS_MAX = 1024

/** What was found out of the field section of a request: it holds for the next one with the same. */
export class KnownHead {
  readonly section = new KnownSection()
  readonly fields = new RequestFields()
  /** Whose it is. */
  owner: object | undefined
  #goesOn: boolean | undefined
  #kept: KeptSection | undefined

  /** Looks through a request whose section is another. */
  lookThrough(request: ScannedRequest): void {
    this.#goesOn = undefined
    this.#kept = undefined
    this.fields.of(request)
    this.section.learn(request.bytes, request.lines, request.end)
  }

  /** @param request the last one that was looked through, or one like it */
  goesOnAsItCame(request: ScannedRequest): boolean {
    this.#goesOn ??= goesOnAsItCame(request, this.fields)
    return this.#goesOn
  }

  /** Of a request that goes on as it came. */
  keptSection(request: ScannedRequest): KeptSection {
    this.#kept ??= new KeptSection(request, endingPlaces(this.fields))
    return this.#kept
  }

  /** Its owner needs it no more. */
  release(): void {
    this.owner = undefined
    this.#kept = undefined
  }
}

/**
 * The head of the last request of each connection. Browsers, crawlers and monitors send the field lines of the request before once more, byte for
 * byte; those are not read again. There are so many heads and no more, which go from one connection to the next: thousands of
 * idle ones hold no memory here.
 */
export class KnownHeads {
  readonly #heads: KnownHead[] = []
  #next = 0

  /** One for this owner, until another one gets it. */
  lend(owner: object): KnownHead {
    const head = this.#heads[this.#next] ?? this.#add()
    this.#next = (this.#next + 1) % HEADS_MAX
    head.owner = owner
    return head
  }

  #add(): KnownHead {
    const head = new KnownHead()
    this.#heads.push(head)
    return head
  }
}

/** The head that a connection has of them, if it has one. */
export class LentHead {
  readonly #heads: KnownHeads
  #head: KnownHead | undefined

  constructor(heads: KnownHeads) {
    this.#heads = heads
  }

  /** That of its last request, unless somebody else has got it since. */
  get section(): KnownSection | undefined {
    return this.#head?.owner === this ? this.#head.section : undefined
  }

  /** What is to be known of the fields of its next request; valid in this turn. */
  lookThrough(request: ScannedRequest): KnownHead {
    if (this.#head?.owner !== this) this.#head = this.#heads.lend(this)
    if (request.lines.known !== this.#head.section) this.#head.lookThrough(request)
    return this.#head
  }

  /** It needs none any more. */
  release(): void {
    if (this.#head?.owner === this) this.#head.release()
    this.#head = undefined
  }
}

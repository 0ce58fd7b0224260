import { KeptSection } from '../../http1/kept-head.ts'
import { KnownSection } from '../../http1/known-section.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { endingPlaces, goesOnAsItCame } from './goes-on-as-it-came.ts'
import { RequestFields } from './request-fields.ts'

/** After so many in turn that did not come again, a connection's heads are let alone, and one of so many is tried. */
const VAIN_MAX = 3
const TRIED_OF = 16

/** Each takes up to six kilobytes. */
export const HEADS_MAX = 1024

/** What was found out of the field section of a request: it holds for the next one with the same. */
export class KnownHead {
  readonly section = new KnownSection()
  readonly fields = new RequestFields()
  #goesOn: boolean | undefined
  #kept: KeptSection | undefined
  #vain = 0

  /** Finds out what is to be known of a request, unless its section is that of the one before. */
  lookThrough(request: ScannedRequest): void {
    if (request.lines.known === this.section) {
      this.#vain = 0
      return
    }
    this.#goesOn = undefined
    this.#kept = undefined
    this.fields.of(request)
    if (this.#vain < VAIN_MAX || this.#vain % TRIED_OF === 0) {
      this.section.learn(request.bytes, request.lines, request.end)
    } else this.section.forget()
    this.#vain++
  }

  /** @param request the last one that was looked through, or one like it */
  goesOnAsItCame(request: ScannedRequest): boolean {
    this.#goesOn ??= goesOnAsItCame(request, this.fields)
    return this.#goesOn
  }

  /** Of a request that goes on as it came. */
  keptSection(request: ScannedRequest): KeptSection {
    // What has come twice will come again.
    if (request.lines.known === undefined) return new KeptSection(request, endingPlaces(this.fields), false)
    this.#kept ??= new KeptSection(request, endingPlaces(this.fields), true)
    return this.#kept
  }
}

/**
 * What was found out of the last request of each connection: browsers, crawlers and monitors send the field lines of the request before once more, byte
 * for byte, and those are not read again. There are so many and no more, or thousands of idle connections would hold
 * memory; beyond that several connections share one, and whoever speaks is known by it.
 */
export class KnownHeads {
  readonly #heads: KnownHead[] = []
  #next = 0

  /** For the next connection. */
  next(): KnownHead {
    const place = this.#next
    this.#next = (place + 1) % HEADS_MAX
    this.#heads[place] ??= new KnownHead()
    return this.#heads[place]
  }
}

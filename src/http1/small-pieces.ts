import type { BodyEvents } from './body-decoder.ts'

/** Pieces up to this size are gathered: copying them costs less than a slice and all that is done with it later. */
const PIECE_BYTES_MAX = 64

/** Small on purpose: a reader that keeps one piece keeps all of this alive. */
const ROOM_BYTES = 4096

/**
 * Body data on its way to the sink. Large pieces pass as slices; small ones that came in one read are gathered, so that a
 * body of a million one-byte chunks arrives in as many pieces as it had reads.
 */
export class SmallPieces {
  #room: Buffer | undefined
  #filled = 0

  add(bytes: Buffer, begin: number, end: number, sink: BodyEvents): void {
    if (end - begin > PIECE_BYTES_MAX) {
      this.flush(sink)
      sink.data(bytes.subarray(begin, end))
      return
    }
    if (this.#room === undefined || this.#filled + end - begin > this.#room.length) {
      this.flush(sink)
      // What is gathered later in this read cannot be more than what is left of it.
      this.#room = Buffer.allocUnsafe(Math.min(bytes.length - begin, ROOM_BYTES))
    }
    for (let i = begin; i < end; i++) this.#room[this.#filled++] = bytes[i]!
  }

  /** Hands over what was gathered; to be called at the end of each read, and before any other event. */
  flush(sink: BodyEvents): void {
    if (this.#room === undefined) return
    const gathered = this.#room.subarray(0, this.#filled)
    this.#room = undefined
    this.#filled = 0
    sink.data(gathered)
  }
}

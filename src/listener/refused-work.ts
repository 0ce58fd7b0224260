import type { ReceivedHead } from '../request/normalise.ts'
import type { Refusal } from '../request/refusal.ts'
import type { Connection, Work } from './connection.ts'
import { ExchangeRecorder } from './exchange-recorder.ts'
import type { LaneContext } from './lane-context.ts'
import { ownAnswer, ownAnswerBytes } from './own-answer.ts'

/** The answer to what node:http could not or did not make a request of; it waits for its turn like one. */
export class RefusedWork implements Work {
  readonly #lane: LaneContext
  readonly #connection: Connection
  readonly #refusal: Refusal
  readonly #recorder: ExchangeRecorder
  readonly #bytes: Buffer | undefined

  /** @param bytes sent in place of a response, where the client would not understand one */
  constructor(lane: LaneContext, connection: Connection, refusal: Refusal, head?: ReceivedHead, bytes?: Buffer) {
    this.#bytes = bytes
    this.#lane = lane
    this.#connection = connection
    this.#refusal = refusal
    this.#recorder = new ExchangeRecorder(connection, lane.clock.now())
    if (head !== undefined) this.#recorder.received(head)
  }

  begin(): void {
    const { clock, hooks, settings } = this.#lane
    const answer = ownAnswer(this.#refusal, settings.request.pseudonym)
    const bodyBytesSent = answer.body?.length ?? 0
    this.#recorder.responded(answer, clock.now())
    this.#connection.close(this.#bytes ?? ownAnswerBytes(answer, true))
    hooks.onExchange(
      this.#recorder.record({ endedMs: clock.now(), complete: true, bodyBytesSent, requestBodyBytes: 0 }),
    )
  }
}

import { ProxyError } from '../../errors.ts'
import type { BodySource } from '../../http/body.ts'
import type { RawFields } from '../../http/fields.ts'
import { connectionPersists, requestFraming } from '../../http1/framing.ts'
import type { RequestHead } from '../../http1/head.ts'
import { type NormalisedRequest, normaliseRequest } from '../../request/normalise.ts'
import type { Exchange, ProxyRequest } from '../../request/proxy-request.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import { type Refusal, refuse } from '../../request/refusal.ts'
import type { Connection, Work } from '../connection.ts'
import { ExchangeRecorder } from '../exchange-recorder.ts'
import type { LaneContext } from '../lane-context.ts'
import { NOBODY_LISTENS } from '../listener-hooks.ts'
import { ownAnswer, ownAnswerBytes } from '../own-answer.ts'
import { interimHead } from '../response-framing.ts'
import { PlainWriter } from './plain-writer.ts'

export interface PlainExchangeParts {
  readonly lane: LaneContext
  readonly connection: Connection
  readonly head: RequestHead
  readonly body: BodySource | undefined
  /** The exchange is over and the connection fit for the next. */
  readonly onDone: () => void
}

/** One request of the plain lane on its way through the core, from its turn on the connection to the last byte. */
export class PlainExchange implements Work, Exchange {
  readonly #parts: PlainExchangeParts
  readonly #recorder: ExchangeRecorder
  #goneListeners: (() => void)[] | undefined
  #request: NormalisedRequest | undefined
  #writer: PlainWriter | undefined
  #isOver = false
  #isGone = false

  constructor(parts: PlainExchangeParts) {
    this.#parts = parts
    this.#recorder = new ExchangeRecorder(parts.connection, parts.lane.clock.now())
  }

  begin(): void {
    const { lane, connection, head, body } = this.#parts
    const received = { ...head, version: '1.1', hasBody: body !== undefined }
    this.#recorder.received(received)
    const framing = requestFraming(head)
    if (framing.kind === 'refused') return this.#answerHere(framing)
    const request = normaliseRequest(received, connection, lane.settings.request)
    if (request.kind === 'refused') return this.#answerHere(request)
    this.#request = request
    this.#recorder.normalised(request)
    this.#askCore(request)
  }

  /** The response has begun: a client that only ends its own side still wants it. */
  get isAnswering(): boolean {
    return this.#writer !== undefined
  }

  interim(status: number, fields: RawFields): void {
    if (!this.#isOver && this.#writer === undefined)
      this.#parts.connection.socket.write(interimHead(status, fields), 'latin1')
  }

  onGone(listener: () => void): void {
    if (this.#isGone) return listener()
    if (this.#isOver) return
    this.#goneListeners ??= []
    this.#goneListeners.push(listener)
  }

  /** The connection has closed. */
  onClosed(): void {
    if (this.#isOver) return
    this.#finish(false)
    this.#tellGone()
    this.#writer?.abandon(clientGone())
  }

  #askCore(normalised: NormalisedRequest): void {
    const { lane, body } = this.#parts
    const request: ProxyRequest = { ...normalised, receivedMs: this.#recorder.receivedMs, body, exchange: this }
    try {
      const answer = lane.handle(request)
      if (!(answer instanceof Promise)) return this.#respond(answer)
      answer.then((response) => this.#respond(response)).catch((error: unknown) => this.#failInternally(error))
    } catch (error) {
      this.#failInternally(error)
    }
  }

  #respond(answer: ProxyResponse): void {
    if (this.#isOver) return cancelBody(answer, clientGone())
    if (!Number.isInteger(answer.status) || answer.status < 200 || answer.status > 599) {
      const options = { source: 'internal', status: 502 } as const
      throw new ProxyError('INTERNAL', `Cannot send response: status ${answer.status}`, options)
    }
    const { lane, connection } = this.#parts
    const { method, version, acceptsTrailers } = this.#request!
    const closes = this.#closesAfter(answer)
    const situation = { method, version, acceptsTrailers, closes, sendStallMs: lane.settings.times.sendStallMs }
    const events = { onFinished: () => this.#onFinished(), onBroken: () => connection.break() }
    const writer = new PlainWriter(connection.socket, situation, events)
    const nowMs = lane.clock.now()
    this.#recorder.responded(answer, nowMs)
    if (closes) connection.endAfterCurrent()
    this.#writer = writer
    try {
      writer.begin(answer, nowMs)
    } catch (cause) {
      if (writer.bytes === 0) this.#writer = undefined
      const options = { source: 'internal', status: 500, cause } as const
      cancelBody(answer, new ProxyError('INTERNAL', 'Cannot write response', options))
      throw cause
    }
  }

  /** Decides, before the head is written, whether the connection can be kept (RFC 9112 §9.3). */
  #closesAfter(answer: ProxyResponse): boolean {
    const { lane, connection, head } = this.#parts
    const isLast = connection.served >= lane.settings.limits.requestsPerConnectionMax
    return answer.close === true || connection.isEnding || lane.isDraining || isLast || !connectionPersists(head)
  }

  #onFinished(): void {
    if (this.#isOver) return
    const { lane, connection } = this.#parts
    this.#finish(true)
    if (connection.isEnding || lane.isDraining) return connection.closeAfterResponse()
    this.#parts.onDone()
  }

  #failInternally(error: unknown): void {
    const { lane, connection } = this.#parts
    lane.hooks.onInternalError(error)
    const status = error instanceof ProxyError ? error.status : 500
    if (this.#writer !== undefined) return connection.break()
    this.#tellGone()
    if (!this.#isOver) this.#answerHere(refuse(status, 'internal', 'The request could not be handled'))
  }

  /** Answers without the core, and closes: after a refusal nothing that follows on the connection may be taken for a request. */
  #answerHere(refusal: Pick<Refusal, 'status' | 'reason' | 'message'>): void {
    const { lane, connection, head } = this.#parts
    const answer = ownAnswer({ kind: 'refused', ...refusal }, lane.settings.request.pseudonym)
    const withBody = head.method !== 'HEAD'
    this.#recorder.responded(answer, lane.clock.now())
    connection.close(ownAnswerBytes(answer, withBody))
    this.#finish(true, withBody ? answer.body?.length : 0)
  }

  #tellGone(): void {
    this.#isGone = true
    const listeners = this.#goneListeners
    this.#goneListeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  #finish(complete: boolean, ownBodyBytes?: number): void {
    this.#isOver = true
    const { hooks, clock } = this.#parts.lane
    if (hooks.onExchange === NOBODY_LISTENS) return
    const writtenBytes = complete ? this.#writer?.bodyBytes : this.#writer?.takenBytes
    const record = this.#recorder.record({
      endedMs: clock.now(),
      complete,
      bodyBytesSent: ownBodyBytes ?? writtenBytes ?? 0,
      requestBodyBytes: this.#parts.body?.length ?? 0,
    })
    hooks.onExchange(record)
  }
}

function cancelBody(answer: ProxyResponse, reason: ProxyError): void {
  if (answer.body !== undefined && !Buffer.isBuffer(answer.body)) answer.body.cancel(reason)
}

function clientGone(): ProxyError {
  const message = 'Client left before its response was complete'
  return new ProxyError('CLIENT_GONE', message, { source: 'client', status: 499 })
}

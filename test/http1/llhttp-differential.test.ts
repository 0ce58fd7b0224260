import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RequestHead, ResponseHead } from '../../src/http1/head.ts'
import { CORPUS_REQUESTS, CORPUS_RESPONSES } from './corpus.ts'
import { mutated, Random, someRequest, someResponse } from './generate.ts'
import { llhttp, METHOD_OF_INDEX } from './llhttp.ts'
import { cutAt, latin1, type ReadMessage, readRequestMessage, readResponseMessage } from './support.ts'

/** Messages in each direction; the environment asks for more. */
const CASES = Number(process.env.FUZZ_CASES ?? 5_000)
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101)

/*
 * Where we are wider than llhttp, on purpose:
 * - Any token is a method. llhttp has a list; RFC 9110 §9.1 has none, and purge requests use words that are not on it.
 *   Such a message must be read alike when its method is replaced by one that llhttp knows.
 * - White space after "chunked" may be a tab (OWS, RFC 9110 §5.6.3); llhttp bears spaces there. Such a message must be
 *   read alike without it.
 * - No 1xx has a body (RFC 9112 §6.3 item 1). llhttp reads one after 104 to 199 when there is a Content-Length; node:http
 *   tells it not to, as we do here.
 */
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHOD_OF_INDEX.values())
const STAND_IN = 'PURGE'

type Message<Head> = Extract<ReadMessage<Head>, { kind: 'message' }>

function assertRequestAgrees(bytes: Buffer): boolean {
  const ours = readRequestMessage([bytes])
  if (ours.kind !== 'message') return false
  const { method, target, minorVersion, fields } = ours.head
  const isKnown = KNOWN_METHODS.has(method)
  const known = withKnownMethod(bytes.subarray(0, ours.bytesTaken), isKnown ? undefined : method)
  const taken = withoutTabAfterChunked(known)
  const theirs = llhttp({ type: 'request', bytes: taken })
  const where = JSON.stringify(taken.toString('latin1'))
  assert.ok(theirs.message !== undefined, `llhttp refuses (${theirs.error}): ${where}`)
  assert.deepEqual(
    [theirs.message.target, theirs.message.minorVersion, theirs.message.fields],
    [target, minorVersion, fields],
    where,
  )
  assert.equal(METHOD_OF_INDEX.get(theirs.message.methodIndex), isKnown ? method : STAND_IN, where)
  if (!theirs.message.upgrade) assertBodyAgrees(ours, theirs, where)
  return true
}

function assertResponseAgrees(bytes: Buffer, requestMethod: string): boolean {
  const ours = readResponseMessage([bytes], requestMethod)
  if (ours.kind !== 'message') return false
  const taken = withoutTabAfterChunked(bytes.subarray(0, ours.bytesTaken))
  const skipBody = requestMethod === 'HEAD' || ours.head.status < 200
  const theirs = llhttp({ type: 'response', bytes: taken, skipBody, fin: ours.framing === 'until-close' })
  const where = JSON.stringify(taken.toString('latin1'))
  assert.ok(theirs.message !== undefined, `llhttp refuses (${theirs.error}): ${where}`)
  const { status, reason, minorVersion, fields } = ours.head
  assert.deepEqual(
    [theirs.message.status, theirs.message.reason, theirs.message.minorVersion, theirs.message.fields],
    [status, reason, minorVersion, fields],
    where,
  )
  if (!theirs.message.upgrade) assertBodyAgrees(ours, theirs, where)
  return true
}

function assertBodyAgrees(
  ours: Message<RequestHead> | Message<ResponseHead>,
  theirs: ReturnType<typeof llhttp>,
  where: string,
): void {
  assert.deepEqual([theirs.message?.data, theirs.message?.trailers], [ours.body.data, ours.body.trailers], where)
  assert.ok(!theirs.early, `llhttp ends before us: ${where}`)
}

function withKnownMethod(bytes: Buffer, unknown: string | undefined): Buffer {
  if (unknown === undefined) return bytes
  const text = bytes.toString('latin1')
  const at = text.indexOf(unknown)
  return latin1(text.slice(0, at) + STAND_IN + text.slice(at + unknown.length))
}

function withoutTabAfterChunked(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  // A request may begin with empty lines, which do not end its head.
  const headEnd = text.indexOf('\r\n\r\n', /^[\r\n]*/.exec(text)?.[0].length) + 2
  const head = text.slice(0, headEnd).replace(/^(transfer-encoding:[ \t]*chunked)[ \t]+\r$/gim, '$1\r')
  return latin1(head + text.slice(headEnd))
}

/** The same message in chunks must be the same message. */
function assertSplitsAgree<Head>(
  random: Random,
  bytes: Buffer,
  read: (chunks: readonly Buffer[]) => ReadMessage<Head>,
): void {
  const cuts = random.many(6, () => random.below(bytes.length + 1))
  assert.deepEqual(
    read(cutAt(bytes, cuts)),
    read([bytes]),
    `cut at ${cuts}: ${JSON.stringify(bytes.toString('latin1'))}`,
  )
}

/** Enough must be accepted, or the comparison says nothing. */
function assertEnough(accepted: number, cases: number): void {
  assert.ok(accepted > cases / 5, `only ${accepted} of ${cases} messages were accepted`)
}

describe(`what we accept, llhttp accepts with the same meaning (${CASES} messages from seed ${SEED})`, () => {
  it('in every request of the corpus', () => {
    for (const text of CORPUS_REQUESTS) assertRequestAgrees(latin1(text))
  })

  it('in every response of the corpus', () => {
    for (const text of CORPUS_RESPONSES) {
      assertResponseAgrees(latin1(text), 'GET')
      assertResponseAgrees(latin1(text), 'HEAD')
    }
  })

  it('in requests that are valid, nearly valid and spoilt', () => {
    const random = new Random(SEED)
    let accepted = 0
    for (let i = 0; i < CASES; i++) {
      const whole = random.once(6) ? latin1(random.of(CORPUS_REQUESTS)) : someRequest(random)
      const bytes = mutated(random, whole, 2)
      if (assertRequestAgrees(bytes)) accepted++
      assertSplitsAgree(random, bytes, readRequestMessage)
    }
    assertEnough(accepted, CASES)
  })

  it('in responses that are valid, nearly valid and spoilt', () => {
    const random = new Random(SEED + 1)
    let accepted = 0
    for (let i = 0; i < CASES; i++) {
      const whole = random.once(6) ? latin1(random.of(CORPUS_RESPONSES)) : someResponse(random)
      const bytes = mutated(random, whole, 2)
      const method = random.once(5) ? 'HEAD' : 'GET'
      if (assertResponseAgrees(bytes, method)) accepted++
      assertSplitsAgree(random, bytes, (chunks) => readResponseMessage(chunks, method))
    }
    assertEnough(accepted, CASES)
  })

  it('in every single byte, wherever it stands in a request', () => {
    const bytes = latin1(
      'POST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n0\r\nX: y\r\n\r\n',
    )
    for (const spoilt of everyByteReplaced(bytes)) assertRequestAgrees(spoilt)
  })

  it('in every single byte, wherever it stands in a response', () => {
    const bytes = latin1('HTTP/1.1 200 OK\r\nServer: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello')
    for (const spoilt of everyByteReplaced(bytes)) assertResponseAgrees(spoilt, 'GET')
  })
})

function* everyByteReplaced(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at++) {
    for (let byte = 0; byte < 256; byte++) {
      const spoilt = Buffer.from(bytes)
      spoilt[at] = byte
      yield spoilt
    }
  }
}
